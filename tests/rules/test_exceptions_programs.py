"""Programs that raise, in many spellings: the first line of what is said of each, and what fits.

They stand in exceptions_programs.txt. ``wrong`` raises; of ``right``, where the mistake is mended, nothing is said.
"""

from __future__ import annotations

import linecache
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

PROGRAMS = Path(__file__).with_name("exceptions_programs.txt")


class Program(NamedTuple):
    """Statements of a forward, in which out is (batch=6 seq=9 hidden=8) and h (layers=1 batch=6 hidden=8)."""

    name: str
    wrong: str
    right: str
    says: str
    fits: str = ""


def programs() -> list[Program]:
    """Read the programs: a name, and its parts under it."""
    found = []
    for block in PROGRAMS.read_text(encoding="utf-8").strip().split("\n\n"):
        name, *lines = block.splitlines()
        found.append(Program(name, **dict(line.strip().split(" ", 1) for line in lines)))
    return found


class Compiled(nn.Module):
    """What TorchScript compiles."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(16, 3)

    def forward(self, states: Tensor) -> Tensor:
        return self.fc(states)


def pack(x: Any, lengths: list[int]) -> Any:
    return nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)


def unpack(packed: Any) -> Any:
    return nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)


def ids(*sizes: int) -> Tensor:
    return torch.zeros(sizes, dtype=torch.long)


FIRST = {"batch_first": True}
LAYERS: dict[str, Callable[[], nn.Module]] = {
    "rnn": lambda: nn.GRU(4, 8, **FIRST),
    "both": lambda: nn.GRU(4, 8, bidirectional=True, **FIRST),
    "first": lambda: nn.GRU(4, 8),
    "deep": lambda: nn.GRU(4, 8, 2, **FIRST),
    "deep3": lambda: nn.GRU(4, 8, 3, **FIRST),
    "lstm": lambda: nn.LSTM(4, 8, **FIRST),
    "again": lambda: nn.GRU(8, 8, **FIRST),
    "bilstm": lambda: nn.LSTM(4, 8, bidirectional=True, **FIRST),
    "emb": lambda: nn.Embedding(20, 4),
    "cell": lambda: nn.LSTMCell(4, 8),
    "grucell": lambda: nn.GRUCell(4, 8),
    "fc": lambda: nn.Linear(8, 3),
    "fc2": lambda: nn.Linear(16, 3),
    "fc4": lambda: nn.Linear(4, 8),
    "wide": lambda: nn.Linear(12, 3),
    "conv": lambda: nn.Conv1d(8, 3, 3),
    "norm": lambda: nn.BatchNorm1d(8),
    "norm8": lambda: nn.LayerNorm(8),
    "mha": lambda: nn.MultiheadAttention(8, 2, **FIRST),
    "scripted": lambda: torch.jit.script(Compiled()),
}


def model(name: str, body: str) -> nn.Module:
    """Return a model with a forward that stands in a file of its own, and with the layers that it calls."""
    file = f"{name}.py"
    *lines, last = body.split("; ")
    lines.append(last if last.startswith(("return ", "raise ")) else f"return {last}")
    source = "def forward(m, x):\n    out, h = m.rnn(x)\n" + "".join(f"    {line}\n" for line in lines)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "pack": pack, "unpack": unpack, "ids": ids}
    exec(compile(source, file, "exec"), scope)
    used = {name: make() for name, make in LAYERS.items() if re.search(rf"\bm\.{name}\b", source)}
    return Sketch(scope["forward"], **used)


def diagnosed(name: str, body: str) -> rs.Report:
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rs.diagnose(model(name, body), torch.zeros(6, 9, 4), axes="batch seq feature")


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_what_is_said_of_a_program_that_raises(program: Program) -> None:
    report = diagnosed(program.name, program.wrong)
    assert report.exception is not None
    (finding,) = (f for f in report.findings if f.severity == "error")
    assert (f"{finding.code} {finding.headline}", finding.suggestion or "") == (program.says, program.fits)


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_nothing_is_said_where_it_is_mended(program: Program) -> None:
    report = diagnosed(program.name, program.right)
    assert report.exception is None
    assert program.says.split()[0] not in [f.code for f in report.findings]


def test_what_a_model_catches_is_no_mistake() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        try:
            return m.rnn(x)[0].transpose(1, 2).view(6, -1)
        except RuntimeError:
            return m.rnn(x)[0].transpose(1, 2).reshape(6, -1)

    report = rs.diagnose(Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True)), torch.zeros(6, 9, 4), axes="batch seq feature")
    assert (report.findings, report.exception) == ((), None)


def test_nobody_understands_a_key_but_the_tensors_that_took_part_are_shown() -> None:
    report = diagnosed("dot", "torch.dot(h[0], out[:, 0])")
    (finding,) = report.findings
    assert (finding.code, [name for name, _ in finding.layouts]) == ("RNS000", ["first", "second"])


class LastState(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[1].squeeze()).softmax(dim=1)


def run(of: nn.Module, batches: list[int]) -> None:
    for batch in batches:
        of(torch.zeros(batch, 9, 4))


@pytest.mark.parametrize("batches", [[4, 4, 4, 4, 4, 1], [4, 1]])
def test_a_last_batch_of_one_is_explained_by_what_passed_before(batches: list[int]) -> None:
    last = LastState()
    with pytest.raises(IndexError) as raised, rs.watch(last, on="log", track=3) as report:
        run(last, batches)
    (finding,) = report.findings
    assert (finding.code, finding.location and finding.location.function) == ("RNS212", "LastState.forward")
    assert finding.message == "squeeze takes the batch away where it is 1: (1, 4, 8), of a larger batch, passed as (4, 8)"
    assert "RNS212" in raised.value.__notes__[-1]


class Widened(LastState):
    def forward(self, x: Tensor) -> Tensor:
        last = self.rnn(x)[1].squeeze()
        return self.fc(last if x.size(1) == 9 else last.repeat(1, 2))


def test_a_squeeze_is_no_cause_where_the_batch_is_larger() -> None:
    last = Widened()
    last(torch.zeros(4, 9, 4))
    with pytest.raises(RuntimeError), rs.watch(last, on="log", track=3) as report:
        last(torch.zeros(4, 5, 4))
    assert [f.code for f in report.findings] == ["RNS211"]


def test_a_watch_explains_what_python_raises() -> None:
    def forward(m: Any, x: Tensor) -> Any:
        out, _h, _c = m.rnn(x)
        return out

    sketch = Sketch(forward, rnn=nn.LSTM(4, 8))
    with pytest.raises(ValueError, match="unpack") as raised, rs.watch(sketch, on="log", track=3) as report:
        sketch(torch.zeros(9, 6, 4))
    assert [f.code for f in report.findings] == ["RNS120"]
    assert "LSTM returns two values" in raised.value.__notes__[0]
