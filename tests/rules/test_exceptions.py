"""Where torch raises, what is said of the cause by the axes: every word is in golden/raising.txt.

Each wrong line stands beside a right one, after which nothing is said.
"""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from expected import Expected, report_text, sections
from silence import Sketch
from torch import nn
from torch.nn import functional

import rnnshape as rs

GOLDEN = Path(__file__).parents[1] / "golden" / "raising.txt"


class Case(NamedTuple):
    """What a model returns, wrong and right; out is (batch=6 seq=9 hidden=8) and h (layers=1 batch=6 hidden=8)."""

    name: str
    wrong: str
    right: str

    @property
    def code(self) -> str:
        return self.name.split()[0]


CASES = [
    Case("RNS000 of the model itself", "out[{}['key']]", "out[:]"),
    Case("RNS116 a layer", "m.fc(m.rnn(x))", "m.fc(m.rnn(x)[0])"),
    Case("RNS116 a cell", "m.fc(m.cell(x[:, 0]))", "m.fc(m.cell(x[:, 0])[0])"),
    Case("RNS116 a function", "torch.relu(m.rnn(x))", "torch.relu(m.rnn(x)[0])"),
    Case("RNS116 a method", "m.rnn(x).relu()", "m.rnn(x)[0].relu()"),
    Case("RNS116 an index of the tuple", "m.rnn(x)[:, -1]", "m.rnn(x)[0][:, -1]"),
    Case("RNS201 ctc", "F.ctc_loss(out.log_softmax(-1), ids(6, 2), [9] * 6, [2] * 6)",
         "F.ctc_loss(out.log_softmax(-1).transpose(0, 1), ids(6, 2), [9] * 6, [2] * 6)"),
    Case("RNS210 a state", "h.transpose(0, 1).expand(6, 2, 8).view(6, 16)", "h.transpose(0, 1).expand(6, 2, 8).reshape(6, 16)"),
    Case("RNS210 the output", "out.transpose(1, 2).view(6, -1)", "out.transpose(1, 2).reshape(6, -1)"),
    Case("RNS211 features", "m.wide(out)", "m.fc(out)"),
    Case("RNS211 turned", "m.fc(out.transpose(1, 2))", "m.fc(out)"),
    Case("RNS211 several axes", "m.fc(out.flatten(1))", "m.fc(out.flatten(0, 1))"),
    Case("RNS213 a number of elements", "out.reshape(7, -1, 5)", "out.reshape(6, -1, 8)"),
    Case("RNS213 a batch that is written down", "out.reshape(32, -1, 8)", "out.reshape(x.size(0), -1, 8)"),
    Case("RNS213 channels", "m.conv(out)", "m.conv(out.transpose(1, 2))"),
    Case("RNS213 channels of a norm", "m.norm(out)", "m.norm(out.transpose(1, 2))"),
    Case("RNS213 channels of neither", "m.conv(x)", "m.conv(out.mT)"),
    Case("RNS213 bmm", "torch.bmm(out, out)", "torch.bmm(out, out.transpose(1, 2))"),
    Case("RNS213 bmm of steps first", "torch.bmm(out.transpose(0, 1), out.mT)", "torch.bmm(out, out.mT)"),
    Case("RNS213 mm", "h[0] @ out[:, 0]", "h[0] @ out[:, 0].t()"),
    Case("RNS213 cat", "torch.cat([out, x], 1)", "torch.cat([out, x], 2)"),
    Case("RNS213 cat of dims", "torch.cat([out, h[0]], 1)", "torch.cat([out, h[0][:, None]], 1)"),
    Case("RNS213 stack", "torch.stack([out, x])", "torch.stack([out, out])"),
    Case("RNS213 element by element", "out + x", "out + out"),
    Case("RNS213 turned", "h[0] * out[:, 0].t()", "h[0] * out[:, 0]"),
    Case("RNS308 directions", "m.fc(m.both(x)[0])", "m.fc2(m.both(x)[0])"),
    Case("RNS308 directions cut apart", "F.cross_entropy(m.both(x)[0].reshape(-1, 8), ids(54))",
         "F.cross_entropy(m.both(x)[0].reshape(-1, 16), ids(54))"),
    Case("RNS406 lengths", "pack(x, [3, 9, 5, 4, 2, 1])", "pack(x, [9, 5, 4, 3, 2, 1])"),
    Case("RNS503 classes", "F.cross_entropy(out, ids(6, 9))", "F.cross_entropy(out.transpose(1, 2), ids(6, 9))"),
    Case("RNS503 classes of nothing known", "F.nll_loss(out.log_softmax(-1), ids(6, 4))",
         "F.nll_loss(out.log_softmax(-1).mT, ids(6, 9))"),
    Case("RNS505 rows", "F.cross_entropy(h[0], ids(54))", "F.cross_entropy(h[0], ids(6))"),
]  # fmt: skip


def pack(x: Any, lengths: list[int]) -> Any:
    return nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True)


def run(case: Case, returned: str) -> rs.Report:
    """Diagnose a model that stands in a file of its own."""
    file = case.name.replace(" ", "-") + ".py"
    source = f"def forward(m, x):\n    out, h = m.rnn(x)\n    return {returned}\n"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    ids = {"ids": lambda *sizes: torch.zeros(sizes, dtype=torch.long)}
    scope: dict[str, Any] = {"torch": torch, "F": functional, "pack": pack, **ids}
    exec(compile(source, file, "exec"), scope)
    model = Sketch(
        scope["forward"], rnn=nn.GRU(4, 8, batch_first=True), both=nn.GRU(4, 8, batch_first=True, bidirectional=True),
        cell=nn.LSTMCell(4, 8), fc=nn.Linear(8, 3), fc2=nn.Linear(16, 3), wide=nn.Linear(12, 3), conv=nn.Conv1d(8, 3, 3),
        norm=nn.BatchNorm1d(8),
    )  # fmt: skip
    return rs.diagnose(model, torch.zeros(6, 9, 4), axes="batch seq feature")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_torch_raises_and_the_cause_is_told(case: Case) -> None:
    report = run(case, case.wrong)
    assert [f.code for f in report.findings] == [case.code]
    assert report.exception is not None
    right = run(case, case.right)
    assert (right.exception, right.unfollowed) == (None, ())
    assert case.code not in [f.code for f in right.findings]


def test_every_word_is_expected(expected: Expected) -> None:
    said = {f"{case.name}: {case.wrong}": report_text(run(case, case.wrong), GOLDEN.parent) for case in CASES}
    assert len(said) == len(CASES)
    expected(GOLDEN, sections(said))


def test_an_attribute_that_something_else_has_not_is_no_matter_of_what_was_packed() -> None:
    """torch.zeros itself is handed over for the state: the input beside it is packed as it should be."""

    class Handed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: torch.Tensor) -> Any:
            return self.rnn(pack(x, [5] * len(x)), torch.zeros)[1][-1]

    report = rs.diagnose(Handed(), torch.randn(6, 5, 4), axes="batch seq feature")
    assert [finding.code for finding in report.findings] == ["RNS109"]


class Speaking(nn.Module):
    """A decoder whose next word is the largest of all numbers of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(3, 4)
        self.cell = nn.GRUCell(4, 8)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        state = self.cell(self.embed(words))
        return self.cell(self.embed(state.new_ones(words.size(0), 7).argmax() + len(words)), state)


def test_tokens_that_a_model_has_counted_itself_ask_for_no_larger_embedding() -> None:
    given, counted = torch.full((6,), 5), torch.zeros(6, dtype=torch.long)
    reports = [rs.diagnose(Speaking(), words, axes="batch") for words in (given, counted)]
    said = [[(f.code, f.suggestion) for f in report.findings] for report in reports]
    assert said == [[("RNS119", "num_embeddings has to be larger than the largest token")], [("RNS119", None)]]
