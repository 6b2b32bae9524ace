"""What a user records holds no operation of ours: traces, graphs, profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.profiler import profile as old_profile
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils.rnn import pack_padded_sequence
from torch.profiler import ProfilerActivity, profile

import rnnshape as rs
from rnnshape import _torch
from rnnshape.tracking.aside import RECORDED

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning", "ignore:The tensor")


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, h_n = self.rnn(x)
        return self.fc(h_n.transpose(0, 1).reshape(x.size(1), -1))


class Packing(Model):
    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(pack_padded_sequence(x, torch.tensor([9, 9, 8, 3, 2, 1])))
        return self.fc(output.data).sum()


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.size(1), 8)
        for step in x:
            h = self.cell(step, h)
        return h.relu()


X = torch.randn(9, 6, 4, generator=torch.Generator().manual_seed(0))


def jit(model: nn.Module) -> object:
    # Not the names of values, which torch reads off the frame below it: under a function mode that is the mode's.
    return [node.kind() for node in torch.jit.trace(model, X).inlined_graph.nodes()]


def operations(model: nn.Module) -> object:
    return make_fx(lambda x: model(x))(X).code


def symbolic_operations(model: nn.Module) -> object:
    return make_fx(lambda x: model(x), tracing_mode="symbolic", _allow_non_fake_inputs=True)(X).code


def early_operations(model: nn.Module) -> object:
    return make_fx(lambda x: model(x), pre_dispatch=True)(X).code


def exported(model: nn.Module) -> object:
    return torch.export.export(model, (X,)).graph_module.code


def symbolic(model: nn.Module) -> object:
    return torch.fx.symbolic_trace(model).code


def profiled(model: nn.Module) -> object:
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, record_shapes=True) as made:
        for _ in range(2):
            model(X).sum().backward()
    return Counter((event.name, str(event.input_shapes)) for event in made.events())


def profiled_of_old(model: nn.Module) -> object:
    with old_profile() as made:
        model(X)
    return Counter(event.name for event in made.function_events)


def profiled_allocations(model: nn.Module) -> object:
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as made:
        model(X)
    return sum(event.name == "[memory]" for event in made.events())


RECORDERS: list[Callable[[nn.Module], object]] = [
    jit, operations, symbolic_operations, early_operations, exported, symbolic, profiled, profiled_of_old, profiled_allocations,
]  # fmt: skip

DOORS: dict[str, Callable[[nn.Module], Any]] = {
    "watch": lambda model: rs.watch(model, track=True),
    "everything": lambda _: rs.watch(on="record", track=True),
    "check": lambda model: rs.watch(rs.check(model, on="log", track=5)),
}


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    assert torch._C._len_torch_function_stack() == 0


@cache
def recorded_without_us(record: Callable[[nn.Module], object], kind: type[nn.Module]) -> object:
    """Record a model with nothing of ours around it, once for all doors."""
    torch.manual_seed(0)
    model = kind()
    record(model)  # what torch does only once
    return record(model)


@pytest.mark.parametrize("door", list(DOORS))
@pytest.mark.parametrize("kind", [Model, Packing, Cell])
@pytest.mark.parametrize("record", RECORDERS)
def test_a_recording_is_the_same(record: Callable[[nn.Module], object], kind: type[nn.Module], door: str) -> None:
    if (kind is Packing and record is not profiled) or (kind is Cell and record is symbolic):
        return  # torch cannot record it
    plain = recorded_without_us(record, kind)
    torch.manual_seed(0)
    model = kind()
    if record is profiled:
        record(model)  # the first backward makes its gradients
    with DOORS[door](model) as report:
        assert record(model) == plain
        model(X)
    assert report.findings == ()
    assert not [what for what in report.unfollowed if "mistake" in what]


def test_the_report_says_so() -> None:
    model = Model()
    with rs.watch(model, track=1) as report:
        profiled(model)
        assert report.blind == (RECORDED,)
    with rs.watch(model, track=1) as report:
        model(X)
    assert RECORDED not in report.blind


def test_steps_that_are_recorded_do_not_count() -> None:
    class Wrong(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 8, num_layers=2, batch_first=True), nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[1].view(x.size(0), -1))

    model = Wrong()
    with rs.watch(model, track=1, on="record") as report:
        profiled(model)
        assert report.findings == ()
        model(X)
    assert [finding.code for finding in report.findings] == ["RNS203"]


def test_what_a_cuda_graph_captures_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By inspection: there is no GPU here."""
    assert not _torch.is_recorded()
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(_torch.modes, "_is_capturing", lambda: True)
    model = Model()
    with rs.watch(model, track=1) as report:
        model(X)
    assert (report.blind, [event.calls for event in report.events]) == ((RECORDED,), [1])
