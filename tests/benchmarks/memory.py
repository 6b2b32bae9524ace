"""Memory over the calls of a model, plain and followed, as a table and as curves; nothing here is asserted.

    .venv/bin/python tests/benchmarks/memory.py                     the table
    .venv/bin/python tests/benchmarks/memory.py --svg curves.svg    and the curves

Each curve is a process of its own, with one thread. What is told is the resident memory after a collection, above that after
the first call, which loads what torch loads late. What the tables may take is in rnnshape/coordinates/room.py.
"""

import argparse
import contextlib
import gc
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

CASES = {
    "200,000 rows": ("Picker", 200_000, 0, 40),
    "200,000 rows, 7 more each time": ("Picker", 200_000, 7, 40),
    "1,000,000 rows": ("Picker", 1_000_000, 0, 12),
    "200,000 rows, packed": ("Packer", 200_000, 0, 12),
    "decoder, 6 rows": ("Decoder", 6, 0, 2000),
    "decoder, 1 to 41 rows, 2 to 25 steps": ("Decoder", 1, 7, 2000),
}
"""Model, rows, rows more at each call, and calls."""

MODES = ("plain", "followed")

POINTS = 10


def curve(case, mode):
    """Return [call, MiB] of one case, in this process."""
    import torch
    from torch import nn
    from torch.nn import functional as F
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    import rnnshape as rs

    class Picker(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.GRU(2, 3, batch_first=True), nn.Linear(3, 2)

        def forward(self, x):
            out, h = self.rnn(x)
            return self.fc(out[:, -1].relu()) + self.fc(h[-1])

    class Packer(Picker):
        def forward(self, x):
            lengths = torch.arange(len(x)) % x.size(1) + 1
            packed, h = self.rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
            out, _ = pad_packed_sequence(packed, batch_first=True)
            return self.fc(out.sum(1)) + self.fc(h[-1])

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.cell, self.fc = nn.GRU(4, 6, batch_first=True), nn.GRUCell(10, 6), nn.Linear(12, 4)

        def forward(self, x):
            memory, last = self.encoder(x)
            h, token, scores = last[0], x[:, 0], []
            for _ in range(3):
                weights = torch.bmm(memory, h.unsqueeze(2)).squeeze(2).softmax(1)
                context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
                h = self.cell(torch.cat([token, context], 1), h)
                token = self.fc(torch.cat([h, context], 1))
                scores.append(F.log_softmax(token, 1))
            return torch.stack(scores, 1)

    torch.set_num_threads(1)
    kind, rows, more, calls = CASES[case]
    model = {"Picker": Picker, "Packer": Packer, "Decoder": Decoder}[kind]()
    decodes = kind == "Decoder"
    points = []
    with rs.watch(model, track=True, on="record") if mode == "followed" else contextlib.nullcontext():
        for call in range(calls):
            batch = rows + (call * more % 41 if decodes else call * more)
            seq = 2 + call * 5 % 24 if decodes and more else 3
            if decodes:
                scores = model(torch.zeros(batch, seq, 4))
                F.nll_loss(scores.flatten(0, 1), torch.zeros(3 * batch, dtype=torch.long)).backward()
                del scores
            else:
                with torch.no_grad():
                    model(torch.zeros(batch, seq, 2))
            if call == 0 or (call + 1) % max(1, calls // POINTS) == 0:
                gc.collect()
                points.append([call + 1, resident()])
    return points


def resident():
    """Return the resident memory of this process in MiB, by Linux's own account."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def measured(case, mode):
    command = [sys.executable, __file__, "--case", case, "--mode", mode]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    points = json.loads(done.stdout)
    return [[call, size - points[0][1]] for call, size in points]


def table(found):
    from rnnshape.text import columns

    rows = [["MiB above the first call", "", "after call", *[""] * (POINTS - 1)]]
    for case, curves in found.items():
        rows.append([case, "", *(f"{call:,}" for call, _ in curves["plain"][1:])])
        rows += [["", mode, *(f"{size:.0f}" for _, size in points[1:])] for mode, points in curves.items()]
    return "\n".join(columns(rows, indent=""))


def figure(found, about):
    """Draw each case as a panel of its own: plain in grey, followed in blue."""
    width, height, edge = 300, 120, 50
    panels = []
    for n, (case, curves) in enumerate(found.items()):
        left, top = edge + n % 2 * (width + 2 * edge), 60 + n // 2 * (height + 70)
        last = curves["plain"][-1][0]
        most = max(50.0, *(size for points in curves.values() for _, size in points))
        panels.append(f'<text x="{left}" y="{top - 8}">{case}</text>')
        panels.append(f'<path d="M{left},{top} v{height} h{width}" fill="none" stroke="#999"/>')
        panels.append(f'<text x="{left - 4}" y="{top + 10}" text-anchor="end">{most:.0f}</text>')
        panels.append(f'<text x="{left - 4}" y="{top + height}" text-anchor="end">0 MiB</text>')
        panels.append(f'<text x="{left + width}" y="{top + height + 16}" text-anchor="end">{last:,} calls</text>')
        for (mode, points), colour in zip(curves.items(), ("#888", "#06c"), strict=True):
            line = " ".join(f"{left + width * c / last:.1f},{top + height * (1 - max(s, 0) / most):.1f}" for c, s in points)
            panels.append(
                f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"><title>{mode}</title></polyline>'
            )
    size = f'width="{2 * (width + 2 * edge)}" height="{60 + (len(found) + 1) // 2 * (height + 70)}"'
    title = f'<text x="10" y="20">Memory above the first call: plain (grey), followed (blue). {about}</text>'
    style = 'font-family="sans-serif" font-size="11"'
    drawn = "\n".join([title, *panels])
    paper = '<rect width="100%" height="100%" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{paper}\n{drawn}\n</svg>\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg", help="file for the curves")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--mode", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        print(json.dumps(curve(given.case, given.mode)))
        return
    about = f"torch {version('torch')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}, 1 thread"
    print(about)
    found = {case: {mode: measured(case, mode) for mode in MODES} for case in CASES}
    print(table(found))
    if given.svg:
        Path(given.svg).write_text(figure(found, about))


if __name__ == "__main__":
    main()
