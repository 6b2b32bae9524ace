"""What is decorated stays what it was: classes, modules, functions, coroutines; several checks at once; what is left."""

import asyncio
import copy
import gc
import inspect
import io
import logging
import pickle
import random
import threading
import typing
import warnings
import weakref
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from checked import TURNED, Encoder, Plain, X, codes, fresh, in_the_repository, nobody_stands_in_classes  # noqa: F401
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch._dynamo.utils import counters
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn import functional as F

import rnnshape as rs
from rnnshape import ContractError, RNNShapeWarning, SpecError, check, report_of
from rnnshape.hooks.inner_calls import _stand

# What stays as it was


def test_a_class_is_returned_as_it_is() -> None:
    kind = fresh(Encoder)
    before = dict(vars(kind))
    assert check(kind) is kind
    assert check(on="raise")(kind) is kind
    assert {name for name in vars(kind) if name not in before} == {"__call__"}
    assert inspect.signature(kind.forward) == inspect.signature(Encoder.forward)
    assert kind.__doc__ == "Reads sequences, steps first."
    assert kind.forward.__doc__ == "Return the last state."


def test_a_module_is_returned_as_it_is_and_nothing_is_kept_in_it() -> None:
    model, twin = Encoder(), Encoder()
    twin.load_state_dict(model.state_dict())
    before = set(vars(model)), [set(vars(m)) for m in model.modules()]
    assert check(model) is model
    model(TURNED)
    assert (set(vars(model)), [set(vars(m)) for m in model.modules()]) == before
    assert list(model.state_dict()) == list(twin.state_dict())
    assert torch.equal(pickle.loads(pickle.dumps(model))(TURNED), twin(TURNED))
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    assert type(torch.load(file, weights_only=False)) is Encoder


def test_a_copy_of_a_checked_module_is_free_and_the_module_is_not() -> None:
    model = check(Encoder())
    twin = copy.deepcopy(model)
    with pytest.raises(RuntimeError) as caught:
        twin(torch.zeros(9, 6, 5))
    assert type(caught.value) is RuntimeError
    with pytest.raises(ContractError):
        model(torch.zeros(9, 6, 5))


def test_modules_of_a_checked_class_are_pickled_and_copied_as_ever() -> None:
    model = Pickled()
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(twin(TURNED), model(TURNED))
        with pytest.raises(ContractError):
            twin(torch.zeros(9, 6, 5))


@check(track=False)
class Pickled(Encoder):
    pass


@check
def pickled(x: Float[Tensor, "batch 4"]) -> Tensor:
    """Double it."""
    return x * 2


def test_a_function_keeps_its_name_signature_and_docstring_and_is_pickled() -> None:
    assert (pickled.__name__, pickled.__doc__, pickled.__module__) == ("pickled", "Double it.", __name__)
    assert str(inspect.signature(pickled)) == str(inspect.signature(pickled.__wrapped__))
    assert typing.get_type_hints(pickled) == typing.get_type_hints(pickled.__wrapped__)
    assert pickle.loads(pickle.dumps(pickled)) is pickled
    assert copy.deepcopy(pickled) is pickled


def test_gradients_numbers_and_results_are_the_same() -> None:
    def run(kind: Any) -> tuple[Any, ...]:
        torch.manual_seed(0)
        random.seed(0)
        model = kind()
        x = torch.randn(9, 6, 4, requires_grad=True)
        y = F.dropout(model(x), 0.5)
        y.sum().backward()
        return y, x.grad, torch.get_rng_state(), random.getstate()

    bare, checked = run(Encoder), run(check(fresh(Encoder)))
    assert all(torch.equal(a, b) for a, b in zip(bare[:3], checked[:3], strict=True))
    assert bare[3] == checked[3]


def test_super_and_inheritance() -> None:
    base = check(fresh(Encoder), on="record")

    class Child(base):  # type: ignore[misc, valid-type]
        def forward(self, x: Float[Tensor, "seq batch 4"], scale: float = 1.0) -> Float[Tensor, "batch hidden"]:
            return super().forward(x) * scale

    assert Child()(TURNED, scale=2).shape == (6, 8)
    with pytest.raises(RuntimeError):
        Child()(torch.zeros(9, 6, 5))
    assert "RNS215" in codes(base)
    child = check(Child)
    with pytest.raises(ContractError):
        child()(torch.zeros(9, 6, 5))
    assert "RNS215" in codes(child)


def test_dataclass_modules() -> None:
    def made(order: Any) -> Any:
        class Model(nn.Module):
            size: int
            hidden: int = 8

            def __post_init__(self) -> None:
                super().__init__()
                self.rnn = nn.GRU(self.size, self.hidden)

            def forward(self, x: Float[Tensor, "seq batch {self.size}"]) -> Float[Tensor, "seq batch {self.hidden}"]:
                return self.rnn(x)[0]

        Model.__annotations__ = {"size": int, "hidden": int}
        return order(Model)

    for order in (lambda kind: check(dataclass(eq=False)(kind)), lambda kind: dataclass(eq=False)(check(kind))):
        kind = made(order)
        assert kind(4)(TURNED).shape == (9, 6, 8)
        assert repr(inspect.signature(kind)) == repr(inspect.signature(made(dataclass(eq=False))))
        with pytest.raises(ContractError):
            kind(5)(TURNED)


def test_hooks_and_a_call_of_ones_own() -> None:
    called: list[str] = []

    class Called(Encoder):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            called.append("call")
            return super().__call__(*args, **kwargs)

    kind = check(Called)
    model = kind()
    model.register_forward_hook(lambda *_: called.append("hook"))
    model(TURNED)
    assert called == ["call", "hook"]
    with pytest.raises(ContractError):
        model(torch.zeros(9, 6, 5))


def test_a_forward_put_into_a_module() -> None:
    model = Encoder()

    def forward(x: Float[Tensor, "seq batch 2"]) -> Tensor:
        return x

    model.forward = forward  # type: ignore[method-assign]
    check(model)
    assert model(torch.zeros(9, 6, 2)).shape == (9, 6, 2)
    with pytest.raises(ContractError) as caught:
        model(TURNED)
    assert str(caught.value).splitlines()[0] == "RNS215 error: Encoder: x dim 2 is 4, expected 2"


def test_methods_of_every_kind() -> None:
    class Trainer:
        scale = 2

        @check
        def step(self, x: Float[Tensor, "batch 4"]) -> Tensor:
            return x * self.scale

        @check
        @staticmethod
        def still(x: Float[Tensor, "batch 4"]) -> Tensor:
            return x

        @check
        @classmethod
        def of(cls, x: Float[Tensor, "batch 4"]) -> Tensor:
            return x * cls.scale

        @property
        @check
        def size(self) -> int:
            return 4

    trainer = Trainer()
    right, wrong = torch.ones(6, 4), torch.ones(6, 5)
    for call in (trainer.step, trainer.still, trainer.of, Trainer.still, Trainer.of, check(trainer.step)):
        assert call(right).shape == (6, 4)
        with pytest.raises(ContractError) as caught:
            call(wrong)
        assert str(caught.value).splitlines()[0].endswith(": x dim 1 is 5, expected 4")
    assert trainer.size == 4


def test_arguments_that_do_not_fit_raise_pythons_own_error() -> None:
    with pytest.raises(TypeError) as caught:
        pickled()
    assert str(caught.value) == "pickled() missing 1 required positional argument: 'x'"
    with pytest.raises(TypeError):
        check(Encoder())()


def test_builtins_and_partials() -> None:
    assert check(len)([1, 2]) == 2
    import functools

    assert check(functools.partial(torch.add, torch.ones(2)))(torch.ones(2)).tolist() == [2, 2]


# Coroutines and generators


def test_coroutines_are_coroutines_and_do_not_see_each_other() -> None:
    models = {"a": Plain(), "b": Plain()}

    def step(name: str) -> Any:
        @check(track=True, on="record")
        async def step(x: Float[Tensor, "batch seq 4"]) -> Tensor:
            for _ in range(3):
                await asyncio.sleep(0)
                models[name](x)
            return x

        return step

    one, two = step("a"), step("b")
    assert inspect.iscoroutinefunction(one)

    async def both() -> list[Tensor]:
        return await asyncio.gather(one(torch.zeros(5, 9, 4)), two(torch.zeros(6, 9, 4)))

    assert [x.size(0) for x in asyncio.run(both())] == [5, 6]
    for checked, size in ((one, 5), (two, 6)):
        (event,) = report_of(checked).events
        assert (event.calls, event.layout("input").sizes) == (3, (size, 9, 4))
        assert report_of(checked).ok
    with pytest.raises(ContractError):
        asyncio.run(check(one.__wrapped__)(torch.zeros(5, 9, 5)))
    assert torch._C._len_torch_function_stack() == 0
    assert not _stand.entered()


def test_a_coroutine_that_is_cancelled_leaves_nothing_behind() -> None:
    @check
    async def step(x: Float[Tensor, "batch 4"]) -> None:
        await asyncio.sleep(10)

    async def main() -> None:
        task = asyncio.create_task(step(torch.zeros(6, 4)))
        await asyncio.sleep(0)
        assert torch._C._len_torch_function_stack() == 0
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert not _stand.entered()


def test_generators_take_what_is_sent_and_thrown_and_are_closed() -> None:
    events: list[Any] = []

    @check
    def steps(x: Float[Tensor, "batch 4"]) -> Iterator[int]:
        try:
            events.append((yield 1))
            try:
                yield 2
            except KeyError:
                yield 3
        finally:
            events.append("closed")
        return x.size(0)

    assert inspect.isgeneratorfunction(steps)
    generator = steps(torch.zeros(6, 4))
    assert next(generator) == 1
    assert torch._C._len_torch_function_stack() == 0
    assert not _stand.entered()
    assert generator.send("sent") == 2
    assert generator.throw(KeyError()) == 3
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert (end.value.value, events) == (6, ["sent", "closed"])
    generator = steps(torch.zeros(6, 4))
    next(generator)
    generator.close()
    assert events == ["sent", "closed", "closed"]
    with pytest.raises(ContractError):
        next(steps(torch.zeros(6, 5)))


def test_layers_within_a_generator_are_checked_and_those_between_its_steps_are_not() -> None:
    model, other = Plain(), Plain()

    @check(on="record")
    def steps(x: Tensor) -> Iterator[Tensor]:
        for _ in range(3):
            yield model(x)

    for _ in steps(X):
        other(X)
    assert [event.calls for event in report_of(steps).events] == [3]


def test_async_generators() -> None:
    seen: list[Any] = []

    @check
    async def steps(x: Float[Tensor, "batch 4"]) -> AsyncIterator[int]:
        try:
            seen.append((yield 1))
            try:
                yield 2
            except KeyError:
                yield 3
        finally:
            seen.append("closed")

    assert inspect.isasyncgenfunction(steps)

    async def main() -> None:
        generator: Any = steps(torch.zeros(6, 4))
        assert await anext(generator) == 1
        assert await generator.asend("sent") == 2
        assert await generator.athrow(KeyError()) == 3
        with pytest.raises(StopAsyncIteration):
            await anext(generator)
        assert seen == ["sent", "closed"]
        generator = steps(torch.zeros(6, 4))
        await anext(generator)
        await generator.aclose()
        assert seen[2:] == ["closed"]
        assert [item async for item in steps(torch.zeros(6, 4))] == [1, 2]
        with pytest.raises(ContractError):
            await anext(steps(torch.zeros(6, 5)))

    asyncio.run(main())
    assert not _stand.entered()


# Several at once


def test_checks_within_checks_record_each_and_speak_once() -> None:
    inner = check(Plain(), on="warn")

    @check(on="warn")
    def step(x: Tensor) -> Tensor:
        return inner.rnn(x)[0]

    outer = check(step, on="warn")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        outer(torch.zeros(9, 4))
    assert [w.category for w in warned] == [RNNShapeWarning]
    assert codes(outer) == ["RNS112"]


def test_a_checked_module_within_a_checked_function_within_a_watch() -> None:
    model = check(Plain())

    @check
    def step(x: Tensor) -> Tensor:
        return model(x)

    with rs.watch(model, on="log") as report, pytest.raises(ContractError) as caught:
        step(torch.zeros(6, 9, 5))
    assert len(caught.value.findings) == 1
    assert [f.module for r in (report, report_of(model), report_of(step)) for f in r.findings] == ["rnn", "rnn", "Plain.rnn"]
    assert all([f.count for f in r.findings] == [1] for r in (report, report_of(model), report_of(step)))
    assert not hasattr(caught.value, "__notes__")


def test_a_tracker_further_out_is_joined_and_not_doubled() -> None:
    model = check(Plain(right=False), axes="batch seq feature")
    report = rs.diagnose(model, X, axes="batch seq feature")
    assert [(f.code, f.count) for f in report.findings] == [("RNS203", 1)]
    assert codes(model) == []
    with rs.watch(model, track=True, on="record") as report:
        model(X)
    assert [(f.code, f.count) for f in report.findings] == [("RNS203", 1)]
    assert codes(model) == []
    with pytest.raises(ContractError):
        model(X)
    assert codes(model) == ["RNS203"], "no call has been counted as followed before"


def test_what_a_check_raises_within_diagnose_is_told_as_it_is() -> None:
    model = check(Encoder())
    report = rs.diagnose(model, X, axes="batch seq 4")
    assert [f.code for f in report.findings] == ["RNS216"]
    assert isinstance(report.exception, ContractError)


def test_names_for_another_number_of_dims_are_told_and_no_mistake_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    function = check(axes=(None, "batch seq"), track=True)(plain_step)
    with pytest.raises(ContractError, match="plain_step: x has 3 dims, expected 2"):
        function(FC, X4)
    assert caplog.text == ""


def test_a_second_check_takes_the_place_of_the_first() -> None:
    model = check(Encoder(), on="raise")
    assert check(model, on="record") is model
    with pytest.raises(RuntimeError) as caught:
        model(torch.zeros(9, 6, 5))
    assert type(caught.value) is RuntimeError
    assert set(codes(model)) == {"RNS215", "RNS102"}
    again = check(pickled, on="record")
    assert again.__wrapped__ is pickled.__wrapped__
    assert again(torch.zeros(6, 5)).shape == (6, 5)


def test_a_function_that_calls_itself() -> None:
    @check(track=True)
    def count(x: Float[Tensor, "batch size"], n: int) -> int:
        return n if n == 3 else count(x[:, 1:], n + 1)

    assert count(torch.zeros(6, 9), 0) == 3
    assert not _stand.entered()


def test_threads_do_not_see_each_other() -> None:
    model, ready = Plain(), threading.Barrier(2)

    def step(on: Any) -> Any:
        @check(on="record", track=True)
        def step(x: Tensor) -> None:
            ready.wait(10)
            for _ in range(20):
                model(x)
            ready.wait(10)

        return step

    steps = [step(0), step(1)]
    threads = [threading.Thread(target=s, args=(torch.zeros(5 + i, 9, 4),)) for i, s in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, checked in enumerate(steps):
        (event,) = report_of(checked).events
        assert (event.calls, event.layout("input").sizes) == (20, (5 + i, 9, 4))
        assert report_of(checked).ok
    assert not _stand.entered()


def test_one_checked_model_in_two_threads() -> None:
    model = check(Plain(), axes="batch seq feature", track=True)

    def work() -> None:
        for _ in range(10):
            model(X)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert report_of(model).ok
    assert sum(event.calls for event in report_of(model).events) == 20


# The environment


@pytest.mark.parametrize("target", [fresh(Encoder), fresh(Encoder)(), len, pickled.__wrapped__, staticmethod(len), 3])
def test_off_returns_what_it_was_given(target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNSHAPE", "off")
    assert check(target) is target
    assert check(on="warn")(target) is target
    assert not isinstance(target, type) or "__call__" not in vars(target)


def test_off_watches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RNNSHAPE", "off")
    model = Plain(right=False)
    with rs.watch(model, track=True, jsonl=tmp_path / "calls") as report:
        model(X)
        assert "__call__" not in vars(nn.RNNBase)
        assert torch._C._len_torch_function_stack() == 0
    assert (report.events, list(tmp_path.iterdir())) == ((), [])


@pytest.mark.parametrize("way", ["log", "warn", "raise"])
def test_the_environment_stands_in_for_on(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNSHAPE", way)
    for on in ("raise", "record"):
        step = check(pickled.__wrapped__, on=on)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                step(torch.zeros(6, 5))
                raised = False
            except ContractError:
                raised = True
        assert (raised, len(warned)) == (way == "raise", way == "warn")
        layer = nn.GRU(4, 8)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with rs.watch(layer, on=on), pytest.raises(RuntimeError) as caught:
                layer(torch.zeros(9, 6, 5))
        assert (isinstance(caught.value, ContractError), len(warned)) == (way == "raise", way == "warn")


def test_another_word_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNSHAPE", "on")
    for call in (lambda: check(Plain()), lambda: rs.watch(Plain())):
        with pytest.raises(SpecError) as caught:
            call()
        assert str(caught.value).startswith("RNNSHAPE='on' in the environment: use one of 'off', 'log', 'warn', 'raise'")


# What is left


def test_nothing_is_kept_alive() -> None:
    def references() -> list[weakref.ref[Any]]:
        @check
        class Model(Encoder):
            def forward(self, x: Float[Tensor, "seq batch 4"]) -> Tensor:
                return super().forward(x)

        @check
        def step(x: Float[Tensor, "seq batch 4"]) -> Tensor:
            return model(x)

        model, x = check(Model()), torch.zeros(9, 6, 4)
        y = step(x)
        return [weakref.ref(one) for one in (Model, step, model, x, y)]

    found = references()
    gc.collect()
    assert [reference() for reference in found] == [None] * 5


def test_no_tensor_outlives_its_call() -> None:
    model = check(Plain(), axes="batch seq feature", track=True)
    gc.disable()
    try:
        x = torch.zeros(6, 9, 4)
        kept = [weakref.ref(x), weakref.ref(model(x))]
        del x
        assert [reference() for reference in kept] == [None, None]
    finally:
        gc.enable()


def test_an_exception_of_the_model_is_its_own() -> None:
    class Failing(Plain):
        def forward(self, x):
            super().forward(x)
            raise KeyError("mine")

    model = check(Failing(), axes="batch seq feature")
    for _ in range(2):
        with pytest.raises(KeyError) as caught:
            model(X)
        assert caught.value.args == ("mine",)
        assert not hasattr(caught.value, "__notes__")
    assert torch._C._len_torch_function_stack() == 0
    assert not _stand.entered()


def test_a_mistake_of_ours_does_not_stop_the_model(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("rnnshape.checking.promises.violations", fail)
    model = check(Encoder())
    for _ in range(2):
        assert model(TURNED).shape == (6, 8)
    assert [r.getMessage().splitlines()[0] for r in caplog.records if r.levelno == logging.ERROR] == [
        "rnnshape made a mistake and steps aside; the model runs on unwatched. Please report this"
    ]


@pytest.mark.parametrize("target", ["class", "module", "function"])
def test_compiled_code_is_not_checked(target: str) -> None:
    kind = fresh(Plain)
    if target == "class":
        model: Any = check(kind)()
    elif target == "module":
        model = check(kind())
    else:
        bare = kind()
        model = check(lambda x: bare.fc(x))
    compiled = torch.compile(model, backend="eager")
    assert compiled(torch.zeros(6, 16) if target == "function" else X).shape == (6, 3)


def test_a_function_compiles_in_one_graph() -> None:
    @check
    def step(x: Float[Tensor, "batch 5"]) -> Tensor:
        return x * 2

    assert torch.compile(step, fullgraph=True, backend="eager")(torch.ones(6, 4)).shape == (6, 4)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_scripted_and_traced_modules() -> None:
    @check
    class Doubled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 2

    assert torch.jit.trace(Doubled(), torch.ones(2))(torch.ones(3)).tolist() == [2, 2, 2]
    assert torch.fx.symbolic_trace(Doubled())(torch.ones(2)).tolist() == [2, 2]


class Calling(nn.Module):
    """A module that calls a function."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.fc, self.function = nn.Linear(4, 3), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.fc, x)


def plain_step(layer: Any, x: Tensor) -> Tensor:
    return layer(x) * 2


def plain_steps(layer: Any, x: Tensor) -> Iterator[Tensor]:
    yield layer(x) * 2


def graph_of(graph: Any) -> list[tuple[str, str]]:
    return [(node.op, str(node.target)) for node in graph.nodes]


def compiled_frames(function: Any, *args: Any, **options: Any) -> list[object]:
    torch._dynamo.reset()
    counters.clear()
    graphs: list[Any] = []

    def backend(graph: Any, _: Any) -> Any:
        graphs.append(graph_of(graph.graph))
        return graph.forward

    compiled = torch.compile(function, backend=backend, **options)
    with torch.no_grad():
        for _ in range(2):
            compiled(*args)
    return [graphs, dict(counters["frames"]), sum(counters["graph_break"].values())]


RECORDED = "a tracer runs it on placeholders, so its calls are not looked at; run a step without it"
COMPILED = (
    "compiled by torch.compile, so no axis is followed through it; torch.compiler.set_stance('force_eager') runs it in Python"
)
RNN, FC, X4 = nn.GRU(4, 3, batch_first=True), nn.Linear(4, 3), torch.zeros(2, 5, 4)


def outputs(x: Tensor) -> Tensor:
    return RNN(x)[0]


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize(
    ("record", "why"),
    [
        pytest.param(lambda f: [n.kind() for n in torch.jit.trace(Calling(f), X4).inlined_graph.nodes()], RECORDED, id="trace"),
        pytest.param(lambda f: graph_of(make_fx(lambda x: f(FC, x))(X4).graph), RECORDED, id="make_fx"),
        pytest.param(lambda f: graph_of(torch.export.export(Calling(f), (X4,)).graph), RECORDED, id="export"),
        pytest.param(lambda f: graph_of(torch.export.export(Calling(f), (X4,), strict=True).graph), RECORDED, id="strict"),
        pytest.param(lambda f: graph_of(torch.fx.symbolic_trace(Calling(f)).graph), RECORDED, id="symbolic_trace"),
        pytest.param(lambda f: compiled_frames(f, FC, X4, fullgraph=True), COMPILED, id="compile"),
        pytest.param(lambda f: compiled_frames(Calling(f), X4, fullgraph=True), COMPILED, id="compiled around"),
        pytest.param(lambda f: compiled_frames(f, outputs, X4), COMPILED, id="left to Python"),
    ],
)  # fmt: skip
def test_a_function_that_is_recorded_or_compiled_is_what_it_was_and_the_report_says_so(record: Any, why: str) -> None:
    function = check(track=True, axes=(None, "batch seq feature"))(plain_step)
    assert record(function) == record(plain_step)
    assert report_of(function).blind == (f"plain_step: {why}",)
    assert report_of(function).counts == "0 recurrent layers, 0 calls"


def test_a_generator_that_is_recorded() -> None:
    function = check(track=True, axes=(None, "batch seq feature"))(plain_steps)
    graphs = [graph_of(make_fx(Calling(lambda *args, f=f: [*f(*args)]))(X4).graph) for f in (function, plain_steps)]
    assert graphs[0] == graphs[1]
    assert report_of(function).blind == (f"plain_steps: {RECORDED}",)


def test_a_function_beside_compiled_code_is_checked_and_nothing_is_told() -> None:
    function = check(axes=(None, "batch seq feature"))(plain_step)
    torch.compile(plain_step, backend="eager")(FC, X4)
    assert report_of(function).blind == ()
    function(outputs, X4)
    assert report_of(function).counts == "1 recurrent layer, 1 call"


def test_ids_and_lengths() -> None:
    @check
    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(10, 4)
            self.rnn = nn.LSTM(4, 8, batch_first=True, bidirectional=True)

        def forward(
            self, ids: Int[Tensor, "batch seq"], lengths: Int[Tensor, "batch"] | None = None
        ) -> tuple[Float[Tensor, "batch seq 16"], Float[Tensor, "2 batch 8"]]:
            output, (h, _) = self.rnn(self.embed(ids))
            return output, h

    model = Tagger()
    model(torch.zeros(6, 9, dtype=torch.int64), torch.arange(6) + 4)
    model(torch.zeros(6, 9, dtype=torch.int64))
    assert report_of(Tagger).findings == ()


def test_a_typed_layer_is_held_against_its_contract() -> None:
    with pytest.raises(ContractError) as caught:
        check(rs.nn.GRU(4, 8))(torch.zeros(9, 6, 5))
    assert [f.code for f in caught.value.findings] == ["RNS102"]
    assert str(caught.value).startswith("RNS102 error: GRU: input axis 'feature' is 5, expected input_size=4\n")
