"""The state functions: what they refuse, that they are views, that a compiler takes them and the tracker follows them."""

from __future__ import annotations

import inspect
import typing
from itertools import product
from typing import Any

import pytest
import torch
from thinned import thinned
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import rnnshape as rs
from rnnshape import states
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import LayoutError, SpecError, SpecTypeError

GRU = RNNSpec("GRU", 4, 16, num_layers=2, bidirectional=True, batch_first=True)
LSTM = RNNSpec("LSTM", 4, 16, num_layers=2, bidirectional=True, proj_size=3)


def zeros(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


# What is refused


def refusal(kind: type[Exception], function: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(kind) as caught:
        function(*args, **kwargs)
    assert caught.type is kind
    return str(caught.value)


def test_a_state_that_is_batch_first() -> None:
    assert refusal(LayoutError, rs.last_state, GRU, zeros(6, 4, 16)) == (
        "last_state: h_n is batch-first, which a state never is: h_n.transpose(0, 1) fits\n"
        "  expected  (layers*directions=4, batch, hidden=16)   "
        "of GRU(4, 16, num_layers=2, batch_first=True, bidirectional=True)\n"
        "  got       (                  6,     4,        16)\n"
        "                               ^      ^"
    )


def test_an_output_for_a_state() -> None:
    assert refusal(LayoutError, rs.by_layer, GRU, zeros(6, 9, 32)) == (
        "by_layer: h_n is as wide as an output, directions*hidden=32: pass h_n, or the output to last_step\n"
        "  expected  (layers*directions=4, batch, hidden=16)   "
        "of GRU(4, 16, num_layers=2, batch_first=True, bidirectional=True)\n"
        "  got       (                  6,     9,        32)\n"
        "                                                 ^"
    )


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (zeros(2, 6, 16), "bridge: h_n axis 'layers*directions' is 2, expected 4: pass it as the layer returned it"),
        (zeros(2, 16), "bridge: h_n axis 'layers*directions' is 2, expected 4: pass it as the layer returned it"),
        (zeros(4, 6, 8), "bridge: h_n axis 'hidden' is 8, expected 16: is it the state of another layer?"),
        (zeros(16), "bridge: h_n has 1 dim, expected 3, or 2 unbatched"),
        (zeros(2, 2, 6, 16), "bridge: h_n has 4 dims, expected 3, or 2 unbatched"),
    ],
)
def test_a_state_of_other_sizes(state: Tensor, line: str) -> None:
    assert refusal(LayoutError, rs.bridge, GRU, state).split("\n")[0] == line


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ((zeros(4, 6, 16), zeros(4, 6, 16)), "h_n axis 'proj' is 16, expected 3: is it the state of another layer?"),
        ((zeros(4, 6, 3), zeros(4, 6, 3)), "c_n axis 'hidden' is 3, expected 16: is it the state of another layer?"),
        ((zeros(6, 4, 3), zeros(6, 4, 16)), "h_n is batch-first, which a state never is: h_n.transpose(0, 1) fits"),
        ((zeros(4, 6, 3), zeros(6, 4, 16)), "c_n is batch-first, which a state never is: c_n.transpose(0, 1) fits"),
        (zeros(4, 6, 5), "h_n axis 'proj' is 5, expected 3: is it the state of another layer?"),
    ],
)
def test_a_pair_of_other_sizes(state: Any, line: str) -> None:
    assert refusal(LayoutError, rs.last_state, LSTM, state).split("\n")[0] == f"last_state: {line}"


@pytest.mark.parametrize(
    ("layer", "state", "line"),
    [
        (GRU, None, "last_state: h_n is None, expected the tensor that the layer returned"),
        (GRU, (zeros(1, 2), zeros(3)),
         "last_state: h_n is a tuple of a tensor (1, 2) and a tensor (3,), expected the one tensor that is the state of GRU"),
        (LSTM, (zeros(1),), "last_state: h_n is a tuple of a tensor (1,), expected h_n or the pair (h_n, c_n)"),
        (LSTM, (), "last_state: h_n is a tuple of nothing, expected h_n or the pair (h_n, c_n)"),
        (LSTM, (zeros(4, 6, 3), "c"), "last_state: c_n is a str, expected the tensor that the layer returned"),
        (nn.LSTMCell(1, 2), zeros(3, 2),
         "last_state: LSTMCell is a cell, of one layer, direction and step: use its state as it is"),
        (nn.Linear(1, 2), zeros(3, 2),
         "last_state: Linear is not a recurrent layer: it lacks the attributes of torch's layers and cells"),
    ],
)  # fmt: skip
def test_what_is_no_state(layer: Any, state: Any, line: str) -> None:
    assert refusal(SpecTypeError, rs.last_state, layer, state) == line


def test_one_direction_of_an_output() -> None:
    assert refusal(LayoutError, rs.by_direction, GRU, zeros(6, 9, 16)) == (
        "by_direction: output axis 'directions*hidden' is 16, expected 32: that is one direction; pass both\n"
        "  expected  (batch, seq, directions*hidden=32)   of GRU(4, 16, num_layers=2, batch_first=True, bidirectional=True)\n"
        "  got       (    6,   9,                   16)\n"
        "                                            ^"
    )


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (zeros(6, 9, 7), "last_step: output axis 'directions*hidden' is 7, expected 32: pass the layer's own output"),
        (zeros(), "last_step: output axis 'directions*hidden' is missing, expected 32: pass the layer's own output"),
        (zeros(6, 2, 9, 32), "last_step: output (6, 2, 9, 32) has 4 dims, expected 3-D or 2-D"),
        (zeros(6, 0, 32), "last_step: output (6, 0, 32) has no steps, so none is the last"),
        (PackedSequence(zeros(6, 7), torch.tensor([3, 3])),
         "last_step: output axis 'directions*hidden' is 7, expected 32: pass the layer's own output"),
    ],
)  # fmt: skip
def test_an_output_of_other_sizes(output: Any, line: str) -> None:
    assert refusal(LayoutError, rs.last_step, GRU, output).split("\n")[0] == line


def test_what_is_no_output() -> None:
    expected = "expected what the layer returned, a tensor or a PackedSequence"
    assert refusal(SpecTypeError, rs.last_step, GRU, None) == f"last_step: output is None, {expected}"
    assert refusal(SpecTypeError, rs.by_direction, GRU, ()) == f"by_direction: output is a tuple of nothing, {expected}"


def test_all_that_a_layer_returns_or_its_state_for_an_output() -> None:
    both = "expected the first of the two that the layer returned, output, _ = rnn(x)"
    assert refusal(SpecTypeError, rs.last_step, GRU, (zeros(6, 9, 32), zeros(4, 6, 16))) == (
        f"last_step: output is a tuple of a tensor (6, 9, 32) and a tensor (4, 6, 16), {both}"
    )
    assert refusal(SpecTypeError, rs.by_direction, LSTM, (zeros(9, 6, 6), (zeros(4, 6, 3), zeros(4, 6, 16)))) == (
        "by_direction: output is a tuple of a tensor (9, 6, 6) and a tuple of a tensor (4, 6, 3) and a tensor (4, 6, 16), "
        f"{both}"
    )
    assert refusal(SpecTypeError, rs.last_step, LSTM, (zeros(4, 6, 3), zeros(4, 6, 16))) == (
        "last_step: output is a tuple of a tensor (4, 6, 3) and a tensor (4, 6, 16), "
        "which is the state: last_state(rnn, h_n) takes it"
    )
    assert refusal(LayoutError, rs.last_step, GRU, zeros(4, 6, 16)).split("\n")[0] == (
        "last_step: output axis 'directions*hidden' is 16, expected 32: that is one direction, or h_n with its 4 rows; pass "
        "both directions, or h_n to last_state"
    )


# A layer that stands in another place, or in a model


class Holds(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers[1:])
        if layers:
            self.encoder = layers[0]


@pytest.mark.parametrize(
    ("function", "layer", "given", "line"),
    [
        (rs.last_state, zeros(4, 6, 16), nn.GRU(4, 16),
         "last_state: a tensor (4, 6, 16) stands in the place of the layer; the layer comes first, and then its state: "
         "last_state(rnn, h_n)"),
        (rs.last_step, zeros(6, 9, 32), Holds(),
         "last_step: a tensor (6, 9, 32) stands in the place of the layer; the layer comes first, and then its output: "
         "last_step(rnn, output)"),
        (rs.by_layer, (zeros(2), zeros(2)), None,
         "by_layer: a tuple of a tensor (2,) and a tensor (2,) stands in the place of the layer; the layer comes first and its "
         "state: by_layer(rnn, h_n)"),
        (rs.last_state, Holds(nn.LSTM(4, 16)), zeros(1, 6, 16),
         "last_state: Holds is not a recurrent layer itself; give one of those in it: encoder (LSTM), as in "
         "last_state(model.encoder, h_n)"),
        (rs.by_direction, Holds(nn.Linear(1, 1), nn.GRU(4, 16)), zeros(9, 6, 16),
         "by_direction: Holds is not a recurrent layer itself; give one of those in it: layers.0 (GRU)"),
    ],
)  # fmt: skip
def test_a_layer_that_stands_elsewhere(function: Any, layer: Any, given: Any, line: str) -> None:
    assert refusal(SpecTypeError, function, layer, given) == line


@pytest.mark.parametrize(
    ("lengths", "line"),
    [
        ([1, 2], "lengths is (2,), expected (3,) from dim 0 of output (3, 9, 32), since batch_first=True"),
        (torch.ones(3, 1).long(), "lengths is (3, 1), expected (3,) from dim 0 of output (3, 9, 32), since batch_first=True"),
        ([1, 2, 10], "the length of sample 2 is 10, expected 1 to 9, the steps of output (3, 9, 32)"),
        (torch.tensor([1, 0, 9]), "the length of sample 1 is 0, expected 1 to 9, the steps of output (3, 9, 32)"),
    ],
)
def test_lengths_of_another_batch(lengths: Any, line: str) -> None:
    assert refusal(LayoutError, rs.last_step, GRU, zeros(3, 9, 32), lengths) == f"last_step: {line}"


@pytest.mark.parametrize(
    ("lengths", "line"),
    [
        (torch.ones(3), "last_step: lengths are float32, expected integers: lengths.long() fits"),
        (torch.ones(3).bool(), "last_step: lengths are bool, expected integers: lengths.long() fits"),
        ("123", "last_step: lengths is a str, expected a tensor or a list of integers"),
    ],
)
def test_what_are_no_lengths(lengths: Any, line: str) -> None:
    assert refusal(SpecTypeError, rs.last_step, GRU, zeros(3, 9, 32), lengths) == line


def test_lengths_where_there_are_none() -> None:
    assert refusal(LayoutError, rs.last_step, GRU, zeros(9, 32), [5]) == (
        "last_step: output (9, 32) is unbatched and has no lengths: cut it, output[:length]"
    )
    packed = PackedSequence(zeros(6, 32), torch.tensor([3, 3]))
    assert refusal(LayoutError, rs.last_step, GRU, packed, [2, 2, 2]) == (
        "last_step: a PackedSequence knows where its samples end; leave lengths out"
    )


def test_an_unknown_bridge() -> None:
    assert refusal(SpecError, rs.bridge, GRU, zeros(4, 6, 16), "mean") == "bridge: how='mean': use 'cat' or 'sum'"


@pytest.mark.parametrize(
    ("batch", "kind", "line"),
    [
        (zeros(6, 9, 4), SpecTypeError,
         "initial_state: batch is a tensor (6, 9, 4), expected a number of samples, size(0) of the input"),
        (True, SpecTypeError, "initial_state: batch=True: a number of samples is needed, or None for unbatched input"),
        (6.0, SpecTypeError, "initial_state: batch=6.0: a number of samples is needed, or None for unbatched input"),
        (-1, SpecError, "initial_state: batch=-1: 0 or more is needed"),
    ],
)  # fmt: skip
def test_what_is_no_batch(batch: Any, kind: type[Exception], line: str) -> None:
    assert refusal(kind, rs.initial_state, GRU, batch) == line


def test_the_input_of_another_layout_for_a_batch() -> None:
    assert refusal(SpecTypeError, rs.initial_state, LSTM, zeros(9, 6, 4)).endswith("size(1) of the input")


# What is given


def test_what_can_be_is_a_view() -> None:
    one = RNNSpec("GRU", 4, 16, num_layers=2, batch_first=True)
    h_n, output = torch.randn(2, 6, 16), torch.randn(6, 9, 16)
    assert rs.last_state(one, h_n)._base is h_n
    assert rs.by_layer(one, h_n)._base is h_n
    assert rs.bridge(one, h_n) is h_n
    assert rs.by_direction(one, output)._base is output
    assert rs.last_step(one, output)._base is output
    both = RNNSpec("GRU", 4, 16, num_layers=1, bidirectional=True)
    assert rs.by_layer(both, h_n)._base is h_n


def test_a_lone_cell_state_of_a_layer_with_projections() -> None:
    assert rs.last_state(LSTM, zeros(4, 6, 3)).shape == (6, 6)
    assert rs.last_state(LSTM, zeros(4, 6, 16)).shape == (6, 32)
    assert rs.last_state(LSTM, [zeros(4, 6, 3), zeros(4, 6, 16)])[1].shape == (6, 32)


def test_by_direction_takes_any_part_that_kept_the_features() -> None:
    assert rs.by_direction(GRU, zeros(32)).shape == (2, 16)
    assert rs.by_direction(GRU, zeros(6, 3, 9, 32)).shape == (6, 3, 9, 2, 16)


def test_the_direction_of_packed_samples_is_packed() -> None:
    rnn = nn.GRU(4, 16, 2, bidirectional=True, batch_first=True)
    packed = pack_padded_sequence(torch.randn(3, 9, 4), torch.tensor([2, 9, 5]), batch_first=True, enforce_sorted=False)
    output = rnn(packed)[0]
    halves = rs.by_direction(rnn, output)
    assert type(halves) is PackedSequence
    assert halves[1:] == output[1:]
    padded = pad_packed_sequence(output, batch_first=True)[0]
    assert torch.equal(pad_packed_sequence(halves, batch_first=True)[0], padded.view(3, 9, 2, 16))


def test_the_initial_state_is_where_its_layer_is() -> None:
    state = rs.initial_state(nn.GRU(4, 16, device="meta", dtype=torch.float16), 6)
    assert (state.device.type, state.dtype) == ("meta", torch.float16)
    state = rs.initial_state(nn.GRU(4, 16, device="meta"), 6, device="cpu", dtype=torch.float64)
    assert (state.device.type, state.dtype) == ("cpu", torch.float64)
    assert rs.initial_state(GRU, 6).dtype is torch.float32
    h_0, c_0 = rs.initial_state(nn.LSTM(4, 16), 6)
    h_0 += 1
    assert not c_0.any()


def test_the_annotations_can_be_read() -> None:
    for name in states.__all__[1:]:
        hints = typing.get_type_hints(getattr(states, name))
        assert set(hints) - {"return"} == set(inspect.signature(getattr(states, name)).parameters)


# Compiled


class Both(nn.Module):
    """A layer, and a state function of what it returns."""

    def __init__(self, rnn: nn.Module, function: Any) -> None:
        super().__init__()
        self.rnn, self.function = rnn, function

    def forward(self, x: Tensor) -> Any:
        return self.function(self.rnn, x)


COMPILED: dict[str, Any] = {
    "last_state": lambda rnn, x: rs.last_state(rnn, rnn(x)[1]),
    "by_layer": lambda rnn, x: rs.by_layer(rnn, rnn(x)[1]),
    "bridge": lambda rnn, x: rs.bridge(rnn, rnn(x)[1]),
    "sum": lambda rnn, x: rs.bridge(rnn, rnn(x)[1], "sum"),
    "by_direction": lambda rnn, x: rs.by_direction(rnn, rnn(x)[0]),
    "last_step": lambda rnn, x: rs.last_step(rnn, rnn(x)[0]),
    "lengths": lambda rnn, x: rs.last_step(rnn, rnn(x)[0], torch.tensor([2, 5, 1])),
    "initial_state": lambda rnn, x: rnn(x, rs.initial_state(rnn, 3)),
    "spec": lambda rnn, x: rs.last_step(GRU, torch.cat([x] * 8, 2)),
}


def leaves(value: Any) -> list[Tensor]:
    return [value] if isinstance(value, Tensor) else [t for item in value for t in leaves(item)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "kind"), thinned(COMPILED, [nn.GRU, nn.LSTM]))
def test_it_compiles_to_one_graph(kind: Any, name: str) -> None:
    torch._dynamo.reset()
    model = Both(kind(4, 8, num_layers=2, bidirectional=True, batch_first=True), COMPILED[name])
    # torch 2.13 cannot compile a bare nn.LSTM with gradients by any backend that traces these too
    compiled = torch.compile(model, fullgraph=True, backend="eager" if kind is nn.LSTM else "aot_eager")
    x = torch.randn(3, 5, 4)
    with torch._dynamo.config.patch(allow_rnn=True):
        found = compiled(x)
    for ours, bare in zip(leaves(found), leaves(model(x)), strict=True):
        torch.testing.assert_close(ours, bare)


# Followed


class Uses(nn.Module):
    """A model that picks its states with the functions, and then works on them."""

    def __init__(self, pick: Any, kind: str, layers: int, both: bool, first: bool) -> None:
        super().__init__()
        self.pick = pick
        self.rnn = getattr(nn, kind)(4, 8, layers, bidirectional=both, batch_first=first)
        self.decoder = getattr(nn, kind)(4, 8 * (1 + both), layers, batch_first=first)
        self.narrow = getattr(nn, kind)(4, 8, layers, batch_first=first)
        self.fc = nn.LazyLinear(5)

    def forward(self, x: Tensor, n: Tensor) -> Tensor:  # not named lengths, as some ignore it
        return self.fc(self.pick(self, x, n))


def packed(m: Any, x: Tensor, lengths: Tensor) -> PackedSequence:
    return m.rnn(pack_padded_sequence(x, lengths, batch_first=m.rnn.batch_first, enforce_sorted=False))[0]


PICKS: dict[str, Any] = {
    "last_state": lambda m, x, n: torch.cat(leaves(rs.last_state(m.rnn, m.rnn(x)[1])), -1),
    "by_layer": lambda m, x, n: rs.by_layer(m.rnn, leaves(m.rnn(x)[1])[0])[-1].sum(0),
    "bridge": lambda m, x, n: m.decoder(x, rs.bridge(m.rnn, m.rnn(x)[1]))[0],
    "sum": lambda m, x, n: m.narrow(x, rs.bridge(m.rnn, m.rnn(x)[1], "sum"))[0],
    "by_direction": lambda m, x, n: rs.by_direction(m.rnn, m.rnn(x)[0]).sum(-2),
    "last_step": lambda m, x, n: rs.last_step(m.rnn, m.rnn(x)[0]),
    "lengths": lambda m, x, n: rs.last_step(m.rnn, m.rnn(x)[0], n),
    "list": lambda m, x, n: rs.last_step(m.rnn, m.rnn(x)[0], n.tolist()),
    "packed": lambda m, x, n: rs.last_step(m.rnn, packed(m, x, n)),
    "packed halves": lambda m, x, n: pad_packed_sequence(rs.by_direction(m.rnn, packed(m, x, n)))[0].sum(-2),
    "initial_state": lambda m, x, n: m.rnn(x, rs.initial_state(m.rnn, x.size(1 - m.rnn.batch_first)))[0],
}
USES = [*product(PICKS, ("RNN", "LSTM", "GRU"), (1, 2), (False, True), (False, True))]


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize("use", USES, ids=lambda use: "-".join(map(str, use)))
def test_nothing_is_found_in_a_model_that_uses_them(use: Any) -> None:
    name, kind, layers, both, first = use
    model = Uses(PICKS[name], kind, layers, both, first)
    x, axes = (zeros(6, 9, 4), "batch seq feature") if first else (zeros(9, 6, 4), "seq batch feature")
    report = rs.diagnose(model, x, torch.tensor([9, 3, 5, 1, 9, 2]), axes=(axes, "batch"))
    assert (report.findings, report.unfollowed, report.exception) == ((), (), None)
    assert report.events


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.parametrize("name", ["last_state", "last_step", "lengths", "packed"])
@pytest.mark.parametrize("both", [False, True])
def test_what_they_return_is_followed(name: str, both: bool) -> None:
    model = Uses(PICKS[name], "GRU", 2, both, True)
    model.fc = nn.Softmax(0)
    report = rs.diagnose(model, zeros(6, 9, 4), torch.tensor([9, 3, 5, 1, 9, 2]), axes=("batch seq feature", "batch"))
    assert [f.code for f in report.findings] == ["RNS206"], "a softmax over the batch is seen, so the batch is still known"
