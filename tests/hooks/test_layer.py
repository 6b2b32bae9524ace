"""One layer under a watch: subclasses and replacements of torch's layers, what is remembered, and that no tensor is kept."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnshape import ContractError, Report, RNNShapeWarning, watch
from rnnshape.calculator.spec import RNNSpec
from rnnshape.hooks.layer import MOST_KNOWN, Door
from rnnshape.report.report import MOST_PASSAGES

X = torch.zeros(9, 6, 4)


def run(layer: nn.Module, *args: Any, times: int = 3, **kwargs: Any) -> Report:
    """Call a layer under a watch, in which any warning of ours is an error."""
    with watch(layer) as report:
        for _ in range(times):
            layer(*args, **kwargs)
    return report


# Subclasses


class Plain(nn.GRU):
    """Has a forward of its own, which keeps the contract."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        return super().forward(input, hx)


class Named(nn.LSTM):
    def forward(self, x: Any, hidden: Any = None) -> Any:
        return super().forward(x, hidden)


class Variable(nn.GRU):
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return super().forward(*args, **kwargs)


class Single(nn.GRU):
    def forward(self, tokens: Any) -> Any:
        return super().forward(tokens)


@pytest.mark.parametrize(
    ("layer", "args", "kwargs", "given"),
    [
        (Plain(4, 8), (X,), {}, ()),
        (Plain(4, 8), (X, torch.zeros(1, 6, 8)), {}, ("h_0",)),
        (Plain(4, 8), (X,), {"hx": torch.zeros(1, 6, 8)}, ("h_0",)),
        (Plain(4, 8), (), {"input": X}, ()),
        (Named(4, 8), (X,), {"hidden": (torch.zeros(1, 6, 8),) * 2}, ("h_0", "c_0")),
        (Named(4, 8), (), {"x": X}, ()),
        (Variable(4, 8), (X,), {"hx": torch.zeros(1, 6, 8)}, ("h_0",)),
        (Single(4, 8), (X,), {}, ()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else None,
)
def test_a_forward_of_input_and_state_is_followed(layer: nn.Module, args: Any, kwargs: Any, given: tuple[str, ...]) -> None:
    report = run(layer, *args, **kwargs)
    assert [(event.given, event.calls) for event in report.events] == [(given, 3)]
    assert report.events[0].layout("output") is not None
    assert (report.findings, report.unfollowed) == ((), ())


class Masked(nn.GRU):
    def forward(self, input: Any, mask: Any) -> Any:
        return super().forward(input * mask)


class Three(nn.GRU):
    def forward(self, input: Any, hx: Any = None, lengths: Any = None) -> Any:
        return super().forward(input, hx)


class Nothing(nn.GRU):
    def forward(self) -> Any:
        return super().forward(X)


class Some(nn.GRU):
    def forward(self, input: Any, **options: Any) -> Any:
        return super().forward(input)


@pytest.mark.parametrize(
    ("layer", "args"), [(Masked(4, 8), (X, 1)), (Three(4, 8), (X,)), (Nothing(4, 8), ()), (Some(4, 8), (X,))]
)
def test_a_forward_of_other_arguments_is_not_followed_and_says_so(layer: nn.Module, args: Any) -> None:
    report = run(layer, *args)
    assert (report.events, report.findings) == ((), ())
    name = type(layer).__name__
    assert report.unfollowed == (f"{name}: {name}.forward takes other arguments than (input, hx)",)
    with watch() as everything:
        layer(*args)
    assert everything.unfollowed == report.unfollowed


class ChannelsFirst(nn.GRU):
    """Takes (seq, feature, batch)."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        return super().forward(input.transpose(1, 2), hx)


class Tokens(nn.GRU):
    """Takes token ids."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        return super().forward(torch.zeros(*input.shape, self.input_size), hx)


@pytest.mark.parametrize("layer", [ChannelsFirst(4, 8), Tokens(4, 8)])
def test_a_forward_that_accepts_something_else_is_no_finding(layer: nn.Module) -> None:
    x = torch.zeros(9, 4, 6) if isinstance(layer, ChannelsFirst) else torch.zeros(9, 6).long()
    report = run(layer, x)
    assert ([e.layouts for e in report.events], report.findings, report.ok) == ([()], (), True)
    assert report.counts == "1 recurrent layer, 3 calls"
    assert report.unfollowed == (f"{type(layer).__name__}: its forward accepts what torch's would not",)


class StepsAsSamples(nn.GRU):
    """Takes (batch, feature) for one step."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(input.unsqueeze(0), hx)
        return output.squeeze(0), h_n.squeeze(0)


class OnlyOutput(nn.GRU):
    def forward(self, input: Any, hx: Any = None) -> Any:
        return super().forward(input if input.dim() == 3 else input.unsqueeze(0), hx)[0]


def test_a_result_of_another_structure_is_silent() -> None:
    report = run(OnlyOutput(4, 8), X)
    assert [[name for name, _ in event.layouts] for event in report.events] == [["input"]]
    assert report.findings == ()
    assert run(OnlyOutput(4, 8), X[0]).findings == ()


def test_a_result_of_other_sizes_is_told_once() -> None:
    with pytest.raises(RNNShapeWarning) as caught:
        run(StepsAsSamples(4, 8), X[0])
    assert str(caught.value).split("\n")[:3] == [
        "RNS114 warning: StepsAsSamples: h_n axis 'layers' is 6, expected 1",
        "  expected  (layers=1, hidden=8)",
        "  got       (       6,        8)",
    ]


def test_a_result_that_changes_from_one_call_to_the_next_is_judged_again() -> None:
    class Fickle(nn.GRU):
        whole = True

        def forward(self, input: Any, hx: Any = None) -> Any:
            output, h_n = super().forward(input, hx)
            return (output if self.whole else output[-1]), h_n

    layer = Fickle(4, 8)
    with watch(layer, on="log") as report:
        layer(X)
        layer(X)
        assert report.findings == ()
        layer.whole = False
        layer(X)
    assert [finding.code for finding in report.findings] == ["RNS114"]


def test_the_contract_of_a_subclass_without_a_forward_is_torchs() -> None:
    class Renamed(nn.LSTM):
        pass

    layer = Renamed(4, 8)
    with watch(layer), pytest.raises(ContractError, match=r"^RNS108 error: Renamed: hx is a tensor"):
        layer(X, torch.zeros(1, 6, 8))


# Replacements, known by their attributes


class Homemade(nn.Module):
    """A layer of somebody's own, with torch's attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.num_layers = "LSTM", 4, 8, 1
        self.bias, self.batch_first, self.dropout, self.bidirectional, self.proj_size = True, False, 0.0, False, 0
        self.inner = [nn.LSTM(4, 8)]  # in a list, so that it is no submodule

    def forward(self, input: Any, state: Any = None) -> Any:
        return self.inner[0](input, state)


class HomemadeCell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = 4, 8, False
        self.weight_ih = nn.Parameter(torch.zeros(24, 4))

    def forward(self, x: Any, h: Any) -> Any:
        return h


def test_a_replacement_is_known_by_its_attributes() -> None:
    report = run(Homemade(), X)
    assert [(event.kind, event.spec, event.calls) for event in report.events] == [("Homemade", "LSTM(4, 8)", 3)]
    report = run(HomemadeCell(), X[0], torch.zeros(6, 8))
    assert [(event.kind, event.spec, event.given) for event in report.events] == [
        ("HomemadeCell", "GRUCell(4, 8, bias=False)", ("h_0",))
    ]
    assert "__call__" not in vars(Homemade)
    with watch() as everything:
        Homemade()(X)
    assert [event.kind for event in everything.events] == ["LSTM"]  # what is not torch's must be in the model


def test_a_replacement_that_gives_other_sizes_is_told_of() -> None:
    class Wide(HomemadeCell):
        def forward(self, x: Any) -> Any:
            return x.new_zeros(len(x), 9)

    with pytest.raises(RNNShapeWarning, match=r"^RNS114 warning: Wide: h_1 axis 'hidden' is 9, expected 8"):
        run(Wide(), X[0])


class Hostile(nn.Module):
    """Has a property that raises, as lazily computed ones do."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)

    @property
    def mode(self) -> str:
        raise RuntimeError("not built yet")

    def forward(self, x: Tensor) -> Any:
        return self.rnn(x)


def test_a_module_whose_attributes_raise_is_passed_over() -> None:
    report = run(Hostile(), X)
    assert [event.module for event in report.events] == ["rnn"]


def test_a_layer_whose_configuration_nobody_can_read_says_so() -> None:
    model = nn.Sequential(nn.GRU(4, 8), nn.GRU(8, 8))
    model[1].hidden_size = None  # type: ignore[assignment]
    with watch(model) as report:
        model[0](X)
    with watch() as everything:
        model[0](X)
    assert report.unfollowed == ("1: its configuration is none that torch has",)
    assert [event.module for event in report.events] == ["0"]
    assert everything.unfollowed == ()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning:torch.*")
def test_dynamically_quantized_layers() -> None:
    quantized = pytest.importorskip("torch.ao.nn.quantized.dynamic")
    model = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.LSTM(4, 8)), {nn.LSTM})
    assert type(model[0]) is quantized.LSTM
    plain = model(X)
    with watch(model) as report:
        torch.testing.assert_close(model(X), plain, rtol=0, atol=0)
        with pytest.raises(RuntimeError) as caught:
            model[0](X, torch.zeros(1, 6, 8))
    said = caught.value.__notes__[0].split("\n")[1]
    assert said == "RNS108 error: 0 (LSTM): hx is a tensor (1, 6, 8), expected the pair (h_0, c_0)"
    assert ([event.calls for event in report.events], report.findings) == ([1], ())


# What is remembered

Pair = namedtuple("Pair", "h c")


@pytest.mark.parametrize(
    ("layer", "args", "kwargs", "cheap"),
    [
        (nn.GRU(4, 8), (X,), {}, True),
        (nn.GRU(4, 8), (X, None), {}, True),
        (nn.GRU(4, 8), (), {"input": X}, True),
        (nn.GRU(4, 8), (X,), {"hx": torch.zeros(1, 6, 8)}, True),
        (nn.LSTM(4, 8), (X, (torch.zeros(1, 6, 8),) * 2), {}, True),
        (nn.LSTM(4, 8), (pack_padded_sequence(X, [9, 9, 5, 4, 2, 1]),), {}, True),
        (nn.LSTM(4, 8), (X, [torch.zeros(1, 6, 8)] * 2), {}, False),
        (nn.LSTM(4, 8), (X, Pair(torch.zeros(1, 6, 8), torch.zeros(1, 6, 8))), {}, False),
        (nn.GRU(4, 8), (nn.Parameter(X),), {}, False),
    ],
)
def test_a_right_call_is_judged_once_and_counted(
    layer: nn.Module, args: Any, kwargs: Any, cheap: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Any] = []
    judge = Door.judge
    monkeypatch.setattr(Door, "judge", lambda self, request: judged.append(request) or judge(self, request))
    report = run(layer, *args, **kwargs)
    assert [event.calls for event in report.events] == [3]
    assert len(judged) == (1 if cheap else 3)
    assert report.findings == ()


def test_other_sizes_dtypes_and_states_are_other_kinds_of_calls() -> None:
    layer = nn.GRU(4, 8, batch_first=True)
    with watch(layer) as report:
        for steps, state in ((9, None), (9, 6), (5, None), (5, 6), (9, None)):
            layer(torch.zeros(6, steps, 4), None if state is None else torch.zeros(1, state, 8))
        layer.double()
        layer(torch.zeros(6, 9, 4).double())
    assert [(event.layouts[0][1].sizes, event.given, event.calls) for event in report.events] == [
        ((6, 9, 4), (), 3),  # the dtype is no part of an event
        ((6, 9, 4), ("h_0",), 1),
        ((6, 5, 4), (), 1),
        ((6, 5, 4), ("h_0",), 1),
    ]


def test_a_flag_that_is_changed_later_counts() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report:
        layer(X)
        layer.batch_first = True
        layer(X, torch.zeros(1, 9, 8))
        layer(X)
        with pytest.raises(ContractError, match=r"batch=9   from dim 0 of the input \(9, 6, 4\), since batch_first=True"):
            layer(X, torch.zeros(1, 6, 8))
    assert [str(event.layouts[0][1]) for event in report.events] == [
        "seq=9 batch=6 feature=4",
        "batch=9 seq=6 feature=4",
        "batch=9 seq=6 feature=4",
    ]


def test_thousands_of_sizes_take_bounded_memory() -> None:
    layer = nn.GRUCell(1, 1)
    layer.forward = lambda input, hx=None: None  # type: ignore[method-assign]
    way = watch(layer)
    with way as report:
        door = next(iter(way._session.observer.doors.values()))
        for batch in range(1, MOST_KNOWN + 500):
            layer(torch.empty(batch, 1))
        known = len(door._seen)
        assert known <= MOST_KNOWN + 1
        size = sys.getsizeof(door._seen)
        for batch in range(1, MOST_KNOWN + 1000):
            layer(torch.empty(batch, 1))
        assert (len(door._seen), sys.getsizeof(door._seen)) == (known, size)
    assert len(report.events) == MOST_PASSAGES
    assert sum(event.calls for event in report.events) == 2 * MOST_KNOWN + 1498
    assert report.events[-1].layouts == ()


def test_only_one_record_is_logged_for_all_sizes_beyond_the_bound(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "rnnshape")
    layer = nn.GRUCell(1, 1)
    layer.forward = lambda input, hx=None: None  # type: ignore[method-assign]
    with watch(layer):
        for batch in range(1, 2 * MOST_PASSAGES):
            layer(torch.empty(batch, 1))
    assert len(caplog.records) == MOST_PASSAGES
    assert caplog.messages[-1] == "GRUCell: other sizes"


# No tensor is kept


@pytest.fixture
def _no_collection() -> Iterator[None]:
    """Without the collector, a tensor in a reference cycle would stay."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(references: list[weakref.ref[Tensor]]) -> int:
    return sum(reference() is not None for reference in references)


@pytest.mark.usefixtures("_no_collection")
@pytest.mark.parametrize("on", ["raise", "log"])
@pytest.mark.parametrize("kind", [nn.GRU, Plain, nn.LSTM])
def test_no_tensor_outlives_its_call(on: Any, kind: type[nn.Module], caplog: pytest.LogCaptureFixture) -> None:
    layer = kind(4, 8)
    kept: list[weakref.ref[Tensor]] = []

    def step(batch: int, wrong: bool) -> None:
        x, h = torch.zeros(9, batch, 4), torch.zeros(1, batch + wrong, 8)
        state = (h, h.clone()) if kind is nn.LSTM else h
        kept.extend([weakref.ref(x), weakref.ref(h)])
        try:
            output, _ = layer(x, state)
            kept.append(weakref.ref(output))
        except RuntimeError as error:
            assert type(error) is (ContractError if on == "raise" and kind is not Plain else RuntimeError)  # noqa: PT017

    with watch(layer, on=on) as report:
        for batch, wrong in ((6, False), (6, False), (6, True), (5, True), (5, False)):
            step(batch, wrong)
            assert alive(kept) == 0
    assert sum(event.calls for event in report.events) == 3
    assert len(kept) == 13
    assert bool(caplog.records) is (on == "log" and kind is not Plain)


@pytest.mark.usefixtures("_no_collection")
def test_no_tensor_outlives_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def mistaken(self: Door, request: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Door, "judge", mistaken)
    layer = nn.GRU(4, 8)
    x = torch.zeros(9, 6, 4)
    kept = [weakref.ref(x)]
    with watch(layer):
        layer(x)
    del x
    assert len(caplog.records) == 1
    assert alive(kept) == 0


def test_a_report_holds_no_tensor_and_no_module() -> None:
    layer = Plain(4, 8)
    with watch(layer, on="log") as report:
        layer(X)
        with pytest.raises(RuntimeError):
            layer(X, torch.zeros(1, 5, 8))
    seen: set[int] = set()
    todo: list[Any] = [report]
    while todo:
        value = todo.pop()
        if id(value) in seen or isinstance(value, (type, str, int)) or callable(value):
            continue
        seen.add(id(value))
        assert not isinstance(value, (Tensor, nn.Module, PackedSequence))
        todo.extend(gc.get_referents(value))
    assert len(seen) > 20


def test_a_door_says_what_it_is() -> None:
    report = Report()
    door = Door(nn.LSTM(4, 8), "encoder", RNNSpec("LSTM", 4, 8), report, frozenset())
    assert (door.path, door.kind, door.names, door.follows_torch) == ("encoder", "LSTM", ("input", "hx"), True)
    assert report.unfollowed == ()
