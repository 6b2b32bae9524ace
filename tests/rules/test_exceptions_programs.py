"""Programs that raise, in many spellings: the first line of what is said of each, and what fits.

They stand in exceptions_programs.txt. ``wrong`` raises; of ``right``, where the mistake is mended, nothing is said.
"""

from __future__ import annotations

import linecache
import warnings
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


def model(name: str, body: str) -> nn.Module:
    """Return a model with a forward that stands in a file of its own."""
    file = f"{name}.py"
    *lines, last = body.split("; ")
    lines.append(last if last.startswith(("return ", "raise ")) else f"return {last}")
    source = "def forward(m, x):\n    out, h = m.rnn(x)\n" + "".join(f"    {line}\n" for line in lines)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "pack": pack, "unpack": unpack, "ids": ids}
    exec(compile(source, file, "exec"), scope)
    first = {"batch_first": True}
    return Sketch(
        scope["forward"], rnn=nn.GRU(4, 8, **first), both=nn.GRU(4, 8, bidirectional=True, **first), first=nn.GRU(4, 8),
        deep=nn.GRU(4, 8, 2, **first), deep3=nn.GRU(4, 8, 3, **first), lstm=nn.LSTM(4, 8, **first), again=nn.GRU(8, 8, **first),
        bilstm=nn.LSTM(4, 8, bidirectional=True, **first), emb=nn.Embedding(20, 4), cell=nn.LSTMCell(4, 8),
        grucell=nn.GRUCell(4, 8),
        fc=nn.Linear(8, 3), fc2=nn.Linear(16, 3), fc4=nn.Linear(4, 8), wide=nn.Linear(12, 3), conv=nn.Conv1d(8, 3, 3),
        norm=nn.BatchNorm1d(8), norm8=nn.LayerNorm(8), mha=nn.MultiheadAttention(8, 2, **first),
        scripted=torch.jit.script(Compiled()),
    )  # fmt: skip


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
