"""What torch.compile runs is as without us, and the report says what was not looked at for it."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
import torch._dynamo
from torch import Tensor, nn
from torch._dynamo.utils import counters

import rnnshape as rs
from rnnshape import harmless
from rnnshape.api import check as checks
from rnnshape.api.watch import NO_AXES
from rnnshape.hooks import inner_calls
from rnnshape.hooks.class_call import leave_classes
from rnnshape.tracking import compiled
from rnnshape.tracking.compiled import COMPILED

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The .grad attribute of a Tensor")

LAYERS = (
    "compiled by torch.compile, so calls are neither checked nor followed; "
    "torch.compiler.set_stance('force_eager') runs them in Python"
)


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc(output.relu().transpose(0, 1)).sum(1)


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.cell = nn.GRUCell(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.cell(self.encoder(x))


def of_compiled(report: rs.Report) -> tuple[str, ...]:
    """Return what was not looked at, but for batches that nobody has named, and for axes where these were not followed."""
    return tuple(sentence for sentence in report.blind if "nobody has named" not in sentence and sentence != NO_AXES)


def _nobody_checks() -> None:
    """Let go of what is checked, here or by tests before: it is watched for as long as it lives."""
    torch._dynamo.reset()
    gc.collect()
    for target in list(checks._targets._targets.values()):
        if target.stand is not None:
            leave_classes(target.stand)
    inner_calls._stand.rest()


@pytest.fixture(autouse=True)
def _fresh_compiler() -> Iterator[None]:
    _nobody_checks()
    before, listening = torch._dynamo.eval_frame._maybe_set_eval_frame, compiled._regions.listeners
    yield
    _nobody_checks()
    assert torch._dynamo.eval_frame._maybe_set_eval_frame is before
    assert compiled._regions.listeners == listening
    assert not torch._C._len_torch_function_stack()


Door = Callable[[nn.Module], AbstractContextManager[rs.Report | None]]


@contextmanager
def bare(_: nn.Module) -> Iterator[None]:
    yield None


@contextmanager
def checked(model: nn.Module) -> Iterator[rs.Report]:
    rs.check(model, on="log", track=2)
    yield rs.report_of(model)


DOORS: dict[str, Door] = {
    "watch": lambda model: rs.watch(model),
    "watch, tracked": lambda model: rs.watch(model, track=2),
    "everything, tracked": lambda _: rs.watch(on="record", track=2),
    "check": checked,
}


class Run(NamedTuple):
    """What a compiled model did."""

    outputs: list[Tensor]
    graphs: list[list[str]]
    breaks: int
    frames: dict[str, int]
    error: str


def run(door: Door, how: str, whole: bool, dynamic: bool | None, rnn: bool, when: str) -> tuple[Run, rs.Report | None]:
    """Compile a model, and call it three times; "called before" once more before it is watched."""
    torch._dynamo.reset()
    counters.clear()
    torch.manual_seed(0)
    model = Model()
    inputs = [torch.randn(9, 6, 4), torch.randn(7, 5, 4), torch.randn(7, 5, 4)]
    outputs: list[Tensor] = []
    graphs: list[list[str]] = []
    error = ""

    def backend(graph: Any, _: Any) -> Any:
        graphs.append([f"{node.op} {node.target}" for node in graph.graph.nodes if node.op != "placeholder"])
        return graph.forward

    def compile() -> Callable[[Tensor], Tensor]:
        target = model.encoder if how == "a layer's module" else model
        if how == "torch.compile":
            return torch.compile(model, fullgraph=whole, dynamic=dynamic, backend=backend)
        target.compile(fullgraph=whole, dynamic=dynamic, backend=backend)
        return model

    with torch._dynamo.config.patch(allow_rnn=rnn):
        call = compile() if when != "during" else None
        if when == "called before" and call is not None:
            outputs.append(call(inputs[0]))
        with door(model) as report:
            call = compile() if call is None else call
            try:
                outputs += [call(x) for x in inputs]
            except torch._dynamo.exc.Unsupported as raised:
                error = str(raised).splitlines()[0]
        outputs.append(call(inputs[1])) if not error else None
    return Run(outputs, graphs, sum(counters["graph_break"].values()), dict(counters["frames"]), error), report


CASES = [
    ("torch.compile", True, None, True, "before"),
    ("torch.compile", True, True, True, "during"),
    ("torch.compile", False, None, True, "called before"),
    ("torch.compile", False, None, False, "called before"),
    ("torch.compile", False, False, False, "during"),
    ("Module.compile", True, None, True, "called before"),
    ("Module.compile", False, None, False, "during"),
    ("a layer's module", True, None, True, "during"),
    ("a layer's module", False, True, False, "called before"),
]


# A compilation takes a second; the nightly run has all cases.
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


@pytest.mark.parametrize("case", CASES if NIGHTLY else [CASES[3], CASES[4], CASES[6], CASES[7]], ids=str)
def test_a_compiled_model_runs_as_without_us(case: Any) -> None:
    plain, _ = run(bare, *case)
    assert plain.outputs
    for name, door in DOORS.items():
        ours, report = run(door, *case)
        assert report is not None
        assert (name, *ours[1:]) == (name, *plain[1:])
        for a, b in zip(ours.outputs, plain.outputs, strict=True):
            assert torch.equal(a, b)
        assert report.findings == ()
        assert not [what for what in report.unfollowed if "mistake" in what]


@pytest.mark.skipif(not NIGHTLY, reason="inductor compiles C++, which takes many seconds")
@pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="inductor needs a compiler")
def test_what_inductor_compiles_is_as_without_us() -> None:
    """Outputs and gradients to the last bit, and as many graphs, frames and breaks."""

    def trained(kind: type[nn.Module], door: Callable[[nn.Module], AbstractContextManager[rs.Report | None]]) -> list[Any]:
        torch._dynamo.reset()
        counters.clear()
        torch.manual_seed(0)
        model, x = kind(), torch.randn(9, 6, 4)
        with door(model):
            compiled = torch.compile(model)  # pyright: ignore[reportUnknownVariableType]
            first, second = compiled(x), compiled(x)
        (first.sum() + second.sum()).backward()
        tensors = [first.detach(), second.detach(), *(p.grad for p in model.parameters())]
        return [tensors, dict(counters["frames"]), counters["stats"]["unique_graphs"], sum(counters["graph_break"].values())]

    for kind in (Model, Encoder):
        plain = trained(kind, bare)
        for door in DOORS.values():
            ours = trained(kind, door)
            assert ours[1:] == plain[1:]
            assert all(torch.equal(a, b) for a, b in zip(ours[0], plain[0], strict=True))


@pytest.mark.parametrize(
    ("case", "calls", "blind"),
    [
        (CASES[0], [], (f"Model: {COMPILED}", f"encoder.rnn and cell: {LAYERS}")),
        (CASES[3], [("encoder.rnn", 3)], (f"Model: {COMPILED}", f"cell: {LAYERS}")),
        (CASES[7], [("cell", 3)], (f"Encoder: {COMPILED}", f"encoder.rnn: {LAYERS}")),
    ],
    ids=["all of it", "layers left to Python", "a part"],
)
def test_the_report_says_what_was_compiled(case: Any, calls: Any, blind: Any) -> None:
    _, report = run(DOORS["watch, tracked"], *case)
    assert report is not None
    called = {event.module: 0 for event in report.events}
    for event in report.events:
        called[event.module] += event.calls
    assert (list(called.items()), of_compiled(report)) == (calls, blind)
    _, untracked = run(DOORS["watch"], *case)
    assert untracked is not None
    assert of_compiled(untracked) == blind[1:]


def test_what_the_report_advises_helps() -> None:
    torch.manual_seed(0)
    model = Model()
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    with rs.watch(model, track=1) as report, torch.compiler.set_stance("force_eager"):
        compiled(torch.randn(9, 6, 4))
    assert [(event.module, event.calls) for event in report.events] == [("encoder.rnn", 1), ("cell", 1)]
    assert of_compiled(report) == ()


def test_layers_that_a_compiled_function_knows() -> None:
    model, other = Model(), nn.GRUCell(3, 2)

    @torch.compile(backend="eager")
    def step(layer: nn.Module, x: Tensor) -> Tensor:
        return layer(x) + other(x)

    with rs.watch(on="record", track=1) as report:
        step(model.cell, torch.zeros(6, 3))
        model(torch.zeros(9, 6, 4))
    axes, layers = of_compiled(report)
    assert axes == f"test_layers_that_a_compiled_function_knows.<locals>.step: {COMPILED}"
    assert layers == f"GRUCell: {LAYERS}"


def test_a_wrong_call_that_is_left_to_python_is_found() -> None:
    model = Model()
    compiled = torch.compile(model, backend="eager")
    with rs.watch(model), pytest.raises(rs.ContractError, match="input axis 'feature' is 5"):
        compiled(torch.zeros(9, 6, 5))


def test_diagnosing_a_compiled_model() -> None:
    model = Model()
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    with torch._dynamo.config.patch(allow_rnn=True):
        report = rs.diagnose(compiled, torch.zeros(9, 6, 4), axes="seq batch feature")
    assert (report.exception, report.findings) == (None, ())
    assert of_compiled(report) == (f"Model: {COMPILED}", f"_orig_mod.encoder.rnn and _orig_mod.cell: {LAYERS}")


def test_modes_come_back_where_they_were() -> None:
    class Counting(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            return func(*args, **(kwargs or {}))

    function = torch.compile(lambda x: x + 1, backend="eager")
    outer, inner = Counting(), Counting()
    with outer, rs.watch(track=True), inner:
        before = torch.overrides._get_current_function_mode_stack()
        assert len(before) == 3
        function(torch.zeros(3))
        assert torch.overrides._get_current_function_mode_stack() == before


def test_a_watch_that_ends_in_compiled_code() -> None:
    model = Model()
    way = rs.watch(model, track=True)
    model.encoder.register_forward_hook(lambda *_: way.remove())
    with torch._dynamo.config.patch(allow_rnn=False):
        way.attach()
        torch.compile(model, backend="eager")(torch.zeros(9, 6, 4))
    assert not torch._C._len_torch_function_stack()
    assert "__call__" not in vars(Model)
    with rs.watch(model, track=True) as report:  # the next one sees what is not compiled, and hears of what is
        model(torch.zeros(9, 6, 4))
        torch.compile(model.cell, backend="eager")(torch.zeros(6, 3))
    assert [(event.module, event.calls) for event in report.events] == [("encoder.rnn", 1), ("cell", 1)]
    assert of_compiled(report) == (f"GRUCell: {COMPILED}", f"cell: {LAYERS}")


def test_a_mistake_of_ours_lets_the_compiler_be_imported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(compiled._Regions, "stand", mistaken)
    monkeypatch.setattr(compiled._Finder, "leave", lambda _: mistaken())
    regions = compiled._Regions()
    assert compiled._Finder(regions).find_spec("torch._dynamo.eval_frame", None) is None
    assert len(caplog.records) == 1
    harmless._logged.clear()
    ran: list[ModuleType] = []

    class Own(Loader):
        def exec_module(self, module: ModuleType) -> None:
            ran.append(module)

    module = ModuleType("imported")
    module.__spec__ = ModuleSpec("imported", None)
    compiled._Loader(Own(), regions).exec_module(module)
    assert ran == [module]
    assert len(caplog.records) == 2


SCRIPT = """
import sys, torch
from torch import nn
import rnnshape as rs

assert "torch._dynamo" not in sys.modules
finders = list(sys.meta_path)
model = nn.Sequential(nn.GRUCell(4, 8), nn.ReLU())
with rs.watch(model):
    pass
assert sys.meta_path == finders
with rs.watch(model, track=3) as report:
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    compiled(torch.zeros(6, 4))
    assert sys.meta_path == finders
    loader = sys.modules["torch._dynamo.eval_frame"].__spec__.loader
    assert type(loader).__module__ == "_frozen_importlib_external", loader
print(*report.blind, sep="\\n")
setter = sys.modules["torch._dynamo.eval_frame"]._maybe_set_eval_frame
assert setter.__module__.startswith("torch"), setter
"""


def test_the_compiler_may_be_imported_while_a_watch_is_on() -> None:
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert ended.stdout.splitlines() == [f"Sequential: {COMPILED}", f"0: {LAYERS}"]


def test_a_compiled_model_that_is_made_during_a_watch_is_named(caplog: pytest.LogCaptureFixture) -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.compile(Model(), backend="eager")  # it has no len(), nor does what stands for it

        def forward(self, x: Tensor) -> Any:
            return self.inner(x)

    with rs.watch(on="record", track=1) as report:
        Outer()(torch.zeros(9, 6, 4))
    assert [record for record in caplog.records if record.name == "rnnshape"] == []
    assert of_compiled(report)
