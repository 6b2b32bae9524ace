"""A watch beside the rest of torch: compilers and tracers, placeholders, autocast, modes of the user's, threads."""

from __future__ import annotations

import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from machine import CASTS_LSTM, NO_CAST
from torch import Tensor, nn
from torch._subclasses import FakeTensorMode
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

from rnnshape import ContractError, Report, watch
from rnnshape._torch import Callers, drop_caller, packed_sizes, user_location
from rnnshape.api.watch import NO_AXES
from rnnshape.calls import argument_of, call_of
from rnnshape.contracts.contract import Call, Given, Other, Packed

X = torch.randn(9, 6, 4, generator=torch.Generator().manual_seed(0))


class Classifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 8)
        self.cell = nn.GRUCell(8, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.head(self.cell(output[-1]))


@pytest.fixture
def model() -> Classifier:
    torch.manual_seed(0)
    return Classifier().eval()


@pytest.fixture(params=["model", "everything"])
def watching(request: pytest.FixtureRequest) -> Callable[[nn.Module], Any]:
    return watch if request.param == "model" else lambda _: watch()


def quiet(report: Report) -> bool:
    return report.findings == () and not any("mistake" in reason for reason in report.unfollowed)


# Compilers and tracers


def graph(made: Any) -> str:
    """Return code and graph of a scripted or traced model, without the numbers of its classes and the lines it came from."""
    return re.sub(r"___torch_mangle_\d+\.|#.*", "", f"{made.code}{made.inlined_graph}")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
def test_scripting_and_tracing(model: Classifier, watching: Any) -> None:
    plain = model(X)
    scripted, traced = torch.jit.script(model), torch.jit.trace(model, X)
    code = [graph(scripted), graph(traced)]
    with watching(model) as report:
        inside = torch.jit.script(model), torch.jit.trace(model, X)
        for made in (scripted, traced, *inside):
            torch.testing.assert_close(made(X), plain, rtol=0, atol=0)
    assert list(map(graph, inside)) == code
    assert quiet(report)
    for made in inside:
        torch.testing.assert_close(made(X), plain, rtol=0, atol=0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_model_is_not_followed_and_says_so(model: Classifier) -> None:
    scripted = torch.jit.script(model)
    with watch(scripted) as report:
        scripted(X)
    assert (report.events, report.findings) == ((), ())
    assert report.unfollowed == (
        "rnn: RecursiveScriptModule.forward takes other arguments than (input, hx)",
        "cell: RecursiveScriptModule.forward takes other arguments than (input, hx)",
    )


def test_symbolic_tracing(model: Classifier, watching: Any) -> None:
    plain, code = model(X), torch.fx.symbolic_trace(model).code
    with watching(model) as report:
        traced = torch.fx.symbolic_trace(model)
        assert report.events == ()
        torch.testing.assert_close(traced(X), plain, rtol=0, atol=0)
    assert traced.code == code
    assert quiet(report)
    assert [event.calls for event in report.events] == [1, 1]


@pytest.fixture
def _fresh_compiler() -> Iterator[None]:
    import torch._dynamo

    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.mark.usefixtures("_fresh_compiler")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("when", ["before", "during"])
@pytest.mark.parametrize("whole", [False, True], ids=["skips layers", "whole graph"])
def test_compiling(model: Classifier, watching: Any, when: str, whole: bool) -> None:
    """By default the compiler leaves nn.LSTM to Python, where a watch sees it; cells, and all with allow_rnn, it compiles."""
    plain = model(X)
    graphs: list[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    with torch._dynamo.config.patch(allow_rnn=whole):
        compiled = torch.compile(model, backend=backend, fullgraph=whole)
        if when == "before":
            torch.testing.assert_close(compiled(X), plain, rtol=0, atol=0)
        before = len(graphs)
        with watching(model) as report:
            for _ in range(3):
                torch.testing.assert_close(compiled(X), plain, rtol=0, atol=0)
        during = len(graphs)
        torch.testing.assert_close(compiled(X), plain, rtol=0, atol=0)
    assert quiet(report)
    assert [event.calls for event in report.events] == ([] if whole else [3])
    [unseen] = (sentence for sentence in report.blind if sentence != NO_AXES)
    assert "cell: compiled by torch.compile" in unseen if not whole else "rnn and " in unseen
    assert when == "during" or during == before
    assert during == len(graphs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The tensor attributes self.rnn")
def test_exporting(model: Classifier, watching: Any) -> None:
    plain = model(X)
    with watching(model) as report:
        exported = torch.export.export(model, (X,))
    torch.testing.assert_close(exported.module()(X), plain, rtol=0, atol=0)
    assert quiet(report)
    assert report.events == ()


def test_tracing_with_symbolic_sizes(watching: Any) -> None:
    from torch.fx.experimental.proxy_tensor import make_fx

    cell = nn.GRUCell(4, 8)
    plain = make_fx(lambda x: cell(x), tracing_mode="symbolic", _allow_non_fake_inputs=True)(X[0])
    with watching(cell) as report:
        traced = make_fx(lambda x: cell(x), tracing_mode="symbolic", _allow_non_fake_inputs=True)(X[0])
    assert traced.code == plain.code
    assert quiet(report)


# Placeholders


def test_meta_tensors_have_a_contract_too() -> None:
    layer = nn.GRU(4, 8, device="meta")
    x = torch.zeros(9, 6, 4, device="meta")
    with watch(layer) as report:
        assert layer(x)[0].shape == (9, 6, 8)
        with pytest.raises(ContractError, match=r"^RNS106 error: GRU: h_0 axis 'batch' is 5, expected 6"):
            layer(x, torch.zeros(1, 5, 8, device="meta"))
    assert [event.calls for event in report.events] == [1]


def test_fake_tensors_have_a_contract_too(caplog: pytest.LogCaptureFixture) -> None:
    with FakeTensorMode() as mode:
        layer = nn.GRU(4, 8)
        x = torch.zeros(9, 6, 4)
        with watch(layer) as report:
            assert layer(x)[0].shape == (9, 6, 8)
            with pytest.raises(ContractError, match=r"^RNS102 error: GRU: input axis 'feature' is 3"):
                layer(x[..., :3])
            unknown = PackedSequence(torch.zeros(5, 4), torch.tensor([3, 2]))
            assert packed_sizes(unknown) is None
            assert argument_of(unknown) == Other("torch.nn.utils.rnn.PackedSequence")
            with pytest.raises(Exception, match="local_scalar_dense"):
                layer(unknown)
    assert mode is not None
    assert [event.calls for event in report.events] == [1]
    assert caplog.records == []


def test_vectorized_cells(watching: Any) -> None:
    class Square(nn.RNNCell):
        """vmap has no rule for torch's cells."""

        def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
            return torch.tanh(input @ self.weight_ih.mT + self.bias_ih)

    cell = Square(4, 8)
    plain = torch.func.vmap(cell)(X)
    with watching(cell) as report:
        torch.testing.assert_close(torch.func.vmap(cell)(X), plain, rtol=0, atol=0)
        loss = torch.func.grad(lambda p, x: torch.func.functional_call(cell, p, (x,)).sum())
        gradient = loss(dict(cell.named_parameters()), X[0])
    assert gradient["weight_ih"].shape == (8, 4)
    assert quiet(report)
    assert [(event.layouts[0][1].sizes, event.calls) for event in report.events] == [((6, 4), 2)]


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_nested_and_sparse_tensors_are_torchs_matter(caplog: pytest.LogCaptureFixture) -> None:
    layer = nn.GRU(4, 8)
    ragged = [torch.zeros(3, 4), torch.zeros(2, 4)]
    stranger = [torch.nested.nested_tensor(ragged), torch.nested.nested_tensor(ragged, layout=torch.jagged), X.to_sparse()]
    with watch(layer) as report:
        for x in stranger:
            with pytest.raises((RuntimeError, ValueError)) as caught:
                layer(x)
            assert not isinstance(caught.value, ContractError)
    assert report.findings == ()
    assert caplog.records == []
    assert argument_of(stranger[0]) == Other("torch.Tensor")


# Autocast


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_autocast_is_no_false_alarm(kind: type[nn.Module], watching: Any) -> None:
    if kind is nn.LSTM and not CASTS_LSTM:
        pytest.skip(NO_CAST)
    layer = kind(4, 8)
    with watching(layer) as report, torch.autocast("cpu", torch.bfloat16):
        layer(X)
        layer(X.bfloat16())
        layer(X)
    assert quiet(report)
    assert [event.calls for event in report.events] == [3]
    with watching(layer), torch.autocast("cpu", torch.bfloat16), pytest.raises(ContractError, match=r"'feature' is 3"):
        layer(X[..., :3])


# Modes of the user's


class Calls(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.append(resolve_name(func) or str(func))
        return func(*args, **(kwargs or {}))


class Operations(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.append(str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("mode", [Calls, Operations])
def test_the_modes_of_others_see_the_same_functions(mode: Any, model: Classifier) -> None:
    packed, wrong = pack_padded_sequence(X, [9, 7, 5, 4, 2, 1]), torch.zeros(1, 5, 8)

    def run() -> list[str]:
        with mode() as seen:
            for _ in range(2):
                model(X)
                model.rnn(packed)
                model.rnn(X[0], (X[0, :1].repeat(1, 2), X[0, :1].repeat(1, 2)))
                with pytest.raises(RuntimeError):
                    model.rnn(X, (wrong, wrong))
        return seen.seen

    plain = run()
    assert len(plain) > 50
    with watch(model, on="log") as report, watch(on="log") as everything:
        assert run() == plain
    assert [finding.count for finding in report.findings] == [finding.count for finding in everything.findings] == [2]


def test_a_tensor_of_the_users_own_class_is_not_asked(watching: Any) -> None:
    asked: list[str] = []

    class Asked(Tensor):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            asked.append(resolve_name(func) or str(func))
            return super().__torch_function__(func, types, args, kwargs or {})

    layer, x = nn.GRU(4, 8), X.clone().as_subclass(Asked)
    layer(x)
    plain = asked.copy()
    with watching(layer) as report:
        for _ in range(2):
            asked.clear()
            output, _ = layer(x)
            assert asked == plain
    assert type(output) is Asked
    assert [event.calls for event in report.events] == [2]


# Threads


def test_two_models_in_two_threads_do_not_see_each_other() -> None:
    models = [nn.GRU(4, 8), nn.GRU(4, 8)]
    reports: list[Report] = [Report(), Report()]
    failures: list[BaseException] = []
    barrier = threading.Barrier(2)

    def work(number: int) -> None:
        try:
            for _ in range(20):
                barrier.wait(30)
                with watch(models[number]) as reports[number]:
                    for _ in range(5 * (number + 1)):
                        models[number](X[: number + 1])
                    with pytest.raises(ContractError):
                        models[number](X, torch.zeros(1, 5 - number, 8))
        except BaseException as error:  # a thread's own failure would be lost
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [[event.calls for event in report.events] for report in reports] == [[5], [10]]
    assert [[finding.count for finding in report.findings] for report in reports] == [[1], [1]]
    assert "__call__" not in vars(nn.RNNBase)


# What a value is


def test_what_a_contract_looks_at() -> None:
    packed = pack_padded_sequence(X, [9, 7, 5, 4, 2, 1])
    assert argument_of(X) == Given((9, 6, 4), "float32", "cpu")
    assert argument_of(packed) == Packed(Given((28, 4), "float32", "cpu"), 6, 9)
    inner = Other("tuple", (argument_of(packed), Other("NoneType")))
    assert argument_of([X[0], (packed, None)]) == Other("list", (Given((6, 4)), inner))
    assert argument_of(torch.max(X, 0)) == Other("tuple", (Given((6, 4)), Given((6, 4), "int64")))  # a named tuple
    assert argument_of({}) == Other("dict")
    assert argument_of(X.numpy()) == Other("numpy.ndarray")
    call = call_of(nn.GRU(4, 8), X, None)
    assert call is not None
    assert call == Call(Given((9, 6, 4)), None, Given((24, 4)), autocast=False, default_dtype="float32")
    assert call_of(nn.GRU(4, 8), "a stand-in", None) is None


def test_the_users_line_is_the_innermost_that_is_neither_torchs_nor_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    found: list[Any] = []

    class Telling(nn.Module):
        def forward(self) -> None:
            found.append(user_location())

    Telling()()
    assert (found[0].file, found[0].code) == ("test_torch.py", "found.append(user_location())")
    assert found[0].function.endswith("Telling.forward")
    layers = nn.Sequential(nn.GRU(4, 8))
    with watch(layers) as report, pytest.raises(ContractError):
        layers(X.double())
    place = report.findings[0].location
    assert place is not None
    assert (place.file, place.code) == ("test_torch.py", "layers(X.double())")


def test_two_files_with_the_same_function_on_the_same_line_are_two_places() -> None:
    source, found = "def place():\n    return user_location()\n", []
    for file in ("one.py", "two.py"):
        names: dict[str, Any] = {"user_location": user_location}
        exec(compile(source, file, "exec"), names)
        found.append(names["place"]())
    assert [(place.file, place.line, place.function) for place in found] == [("one.py", 2, "place"), ("two.py", 2, "place")]


def test_a_caller_has_the_file_the_line_and_the_globals_of_a_frame() -> None:
    callers, frame = Callers(), sys._getframe()
    here = lambda: sys._getframe(1)  # noqa: E731
    seen = callers.at(here, frame).call(here, (), {})
    assert (seen.f_code.co_filename, seen.f_lineno, seen.f_code.co_name) == (__file__, frame.f_lineno - 1, frame.f_code.co_name)
    assert seen.f_globals is globals()
    line = frame.f_lineno
    one, other = callers.at(here, frame).call, callers.at(here, frame).call
    assert one is not other, "two lines of one frame"
    assert line == one.__code__.co_firstlineno - 1


def test_a_caller_may_stand_in_the_first_line_of_a_file() -> None:
    names: dict[str, Any] = {"at": lambda: Callers().at(len, sys._getframe(1)).call}
    exec(compile("call = at()", "cell.py", "exec"), names)
    seen = names["call"](lambda: sys._getframe(1), (), {})
    assert (seen.f_code.co_filename, seen.f_lineno) == ("cell.py", 1)


def test_a_caller_is_made_once_for_each_instruction() -> None:
    callers = Callers()
    made = [callers.at(len, sys._getframe()) for _ in range(2)]
    assert made[0] is made[1]
    callers.forget()
    assert not callers._made


def test_a_caller_is_taken_out_of_a_traceback() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        Callers().at(int, sys._getframe()).call(int, ("x",), {})
    trace = caught.value.__traceback__
    assert len(traceback.extract_tb(trace)) == 2
    drop_caller(trace)
    assert len(traceback.extract_tb(trace)) == 1
    drop_caller(trace)
    assert len(traceback.extract_tb(trace)) == 1, "there is none any more"


class Warned(nn.Module):
    """Makes torch warn, in C, in Python, and in a module of its own, at each of two calls."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.loss = nn.MSELoss()

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(2):
            scores = self.rnn(x)[0].sum((1, 2))
            F.softmax(scores)
            F.mse_loss(
                scores,
                scores[:1],
            )
            self.loss(scores, scores[:1])
            torch.range(0, 1)
        return scores


@pytest.mark.parametrize("action", ["default", "always"])
def test_warnings_of_a_followed_model_are_those_of_the_bare_one(action: str) -> None:
    def warned(track: bool | None) -> list[tuple[str, int, str]]:
        globals().pop("__warningregistry__", None)
        model = Warned()
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter(action)  # type: ignore[arg-type]
            if track is None:
                model(X)
            else:
                with watch(model, track=track, on="record"):
                    model(X)
        return [(w.filename, w.lineno, str(w.message)) for w in heard]

    bare = warned(None)
    assert len(bare) == (4 if action == "default" else 8)
    assert sum(file == __file__ for file, _, _ in bare) == (3 if action == "default" else 6)
    assert warned(True) == warned(False) == bare
