"""Every state function against layers of one direction, run sample by sample, unpadded, with the weights of the layer itself.

The reference knows neither rows nor halves: it runs each layer and direction as a module of its own, and turns the sequence
round for the reverse one.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import rnnshape as rs
from rnnshape.calculator.spec import RNNSpec

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

FEATURE, HIDDEN, PROJ = 3, 5, 2
BATCH, STEPS, LENGTHS = 4, 6, [3, 6, 1, 5]

KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "RNN_TANH": (nn.RNN, {}),
    "RNN_RELU": (nn.RNN, {"nonlinearity": "relu"}),
    "GRU": (nn.GRU, {}),
    "LSTM": (nn.LSTM, {}),
    "LSTM with proj_size": (nn.LSTM, {"proj_size": PROJ}),
}
CONFIGS = list(product(KINDS, (1, 2, 3), (False, True), (False, True)))
FORMS = ("batched", "unbatched", "packed", "packed unsorted")


class Finals(NamedTuple):
    """One sample, by itself: states[layer][direction] is (h,) or (h, c), and outputs[direction] is (steps, hidden)."""

    states: list[list[tuple[Tensor, ...]]]
    outputs: list[Tensor]

    def both(self, step: int = -1) -> Tensor:
        """Return forward after this step, and reverse at step 0."""
        ends = [self.outputs[0][step], *(half[0] for half in self.outputs[1:])]
        return torch.cat(ends)

    def top(self, item: int = 0) -> Tensor:
        return torch.cat([state[item] for state in self.states[-1]])


def one_direction(rnn: Any, layer: int, reverse: bool, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Run one layer and direction of a layer on one sequence (steps, features)."""
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    options = {"nonlinearity": rnn.nonlinearity} if rnn.mode.startswith("RNN") else {}
    if rnn.proj_size:
        options["proj_size"] = rnn.proj_size
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", *(["weight_hr"] if rnn.proj_size else []))
    weights = {f"{name}_l0": getattr(rnn, name + suffix) for name in names}
    single = type(rnn)(x.size(-1), rnn.hidden_size, dtype=x.dtype, **options)
    output, state = functional_call(single, weights, (x.flip(0) if reverse else x,))
    pair = state if isinstance(state, tuple) else (state,)
    return output.flip(0) if reverse else output, tuple(s[0] for s in pair)


def alone(rnn: Any, x: Tensor) -> Finals:
    """Run one sample (steps, features)."""
    states: list[list[tuple[Tensor, ...]]] = []
    halves: list[Tensor] = []
    for layer in range(rnn.num_layers):
        found = [one_direction(rnn, layer, reverse, x) for reverse in (False, True)[: 1 + rnn.bidirectional]]
        halves = [output for output, _ in found]
        states.append([state for _, state in found])
        x = torch.cat(halves, -1)
    return Finals(states, halves)


class Run(NamedTuple):
    """A layer, what it made of its samples, and what it makes of each alone."""

    rnn: Any
    output: Any
    state: Any
    samples: list[Finals]
    batched: bool

    @property
    def pair(self) -> tuple[Tensor, ...]:
        return self.state if isinstance(self.state, tuple) else (self.state,)

    def joined(self, values: list[Tensor], dim: int = 0) -> Tensor:
        """Stack what was computed for each sample along its batch, where it has one."""
        return torch.stack(values, dim) if self.batched else values[0]


@cache
def run(config: tuple[str, int, bool, bool], form: str) -> Run:
    kind, layers, both, first = config
    make, options = KINDS[kind]
    torch.manual_seed(0)
    rnn = make(FEATURE, HIDDEN, layers, bidirectional=both, batch_first=first, dtype=torch.float64, **options)
    x = torch.randn(BATCH, STEPS, FEATURE, dtype=torch.float64)
    if form == "unbatched":
        output, state = rnn(x[0])
        return Run(rnn, output, state, [alone(rnn, x[0])], batched=False)
    given: Any = x if first else x.transpose(0, 1)
    lengths = [STEPS] * BATCH
    if form != "batched":
        lengths = sorted(LENGTHS, reverse=True) if form == "packed" else LENGTHS
        given = pack_padded_sequence(given, torch.tensor(lengths), batch_first=first, enforce_sorted=form == "packed")
    output, state = rnn(given)
    return Run(rnn, output, state, [alone(rnn, row[:length]) for row, length in zip(x, lengths, strict=True)], batched=True)


@pytest.fixture(params=CONFIGS, ids=lambda c: f"{c[0]}-{c[1]}-{'both' if c[2] else 'one'}-{'first' if c[3] else 'second'}")
def config(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=FORMS)
def made(request: pytest.FixtureRequest, config: Any) -> Run:
    return run(config, request.param)


def assert_close(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


def layers_of(made: Run) -> list[Any]:
    return [made.rnn, RNNSpec.from_module(made.rnn)]


# Numbers


def test_last_state(made: Run) -> None:
    for layer in layers_of(made):
        for item, tensor in enumerate(made.pair):
            assert_close(rs.last_state(layer, tensor), made.joined([s.top(item) for s in made.samples]))
        if isinstance(made.state, tuple):
            for ours, tensor in zip(rs.last_state(layer, made.state), made.pair, strict=True):
                assert torch.equal(ours, rs.last_state(layer, tensor))


def test_last_state_is_what_the_output_ends_with(made: Run) -> None:
    assert_close(rs.last_state(made.rnn, made.pair[0]), made.joined([s.both() for s in made.samples]))
    assert_close(rs.last_step(made.rnn, made.output), rs.last_state(made.rnn, made.pair[0]))


def test_by_layer(made: Run) -> None:
    for layer in layers_of(made):
        for item, tensor in enumerate(made.pair):
            rows = rs.by_layer(layer, tensor)
            assert rows._base is tensor or rows.data_ptr() == tensor.data_ptr()
            for number, way in product(range(made.rnn.num_layers), range(1 + made.rnn.bidirectional)):
                assert_close(rows[number, way], made.joined([s.states[number][way][item] for s in made.samples]))
        if isinstance(made.state, tuple):
            pairs = zip(rs.by_layer(layer, made.state), made.pair, strict=True)
            assert all(torch.equal(a, rs.by_layer(layer, b)) for a, b in pairs)


def test_by_direction(made: Run) -> None:
    for layer in layers_of(made):
        halves = rs.by_direction(layer, made.output)
        if isinstance(halves, PackedSequence):
            assert halves.data.data_ptr() == made.output.data.data_ptr()
            padded, lengths = pad_packed_sequence(halves, batch_first=True)
            rows = [row[:length] for row, length in zip(padded, lengths.tolist(), strict=True)]
        else:
            assert halves.data_ptr() == made.output.data_ptr()
            rows = list(halves if made.rnn.batch_first else halves.transpose(0, 1)) if made.batched else [halves]
        for row, sample in zip(rows, made.samples, strict=True):
            for way, half in enumerate(sample.outputs):
                assert_close(row[:, way], half)


def test_last_step(made: Run) -> None:
    for layer in layers_of(made):
        assert_close(rs.last_step(layer, made.output), made.joined([s.both() for s in made.samples]))


@pytest.mark.parametrize("form", ["packed", "packed unsorted"])
def test_last_step_after_unpacking(config: Any, form: str) -> None:
    made = run(config, form)
    padded, lengths = pad_packed_sequence(made.output, batch_first=made.rnn.batch_first)
    expected = made.joined([s.both() for s in made.samples])
    for given in (lengths, lengths.tolist(), lengths.int()):
        assert_close(rs.last_step(made.rnn, padded, given), expected)


def test_last_step_of_padded_samples(config: Any) -> None:
    """Of one direction it is as if the padding were not there; the reverse one reads it first, alone as in a batch."""
    made = run(config, "batched")
    found = rs.last_step(made.rnn, made.output, LENGTHS)
    assert_close(found, made.joined([s.both(length - 1) for s, length in zip(made.samples, LENGTHS, strict=True)]))
    if not made.rnn.bidirectional:
        shorter = run(config, "packed unsorted")
        assert_close(found, rs.last_state(shorter.rnn, shorter.pair[0]))


@pytest.mark.parametrize("how", ["cat", "sum"])
def test_bridge(made: Run, how: Any) -> None:
    def joined(sample: Finals, layer: int, item: int) -> Tensor:
        ways = [state[item] for state in sample.states[layer]]
        return torch.cat(ways) if how == "cat" else sum(ways[1:], start=ways[0])

    for layer in layers_of(made):
        for item, tensor in enumerate(made.pair):
            found = rs.bridge(layer, tensor, how)
            for number in range(made.rnn.num_layers):
                assert_close(found[number], made.joined([joined(s, number, item) for s in made.samples]))
            assert made.rnn.bidirectional or found is tensor
            assert found.is_contiguous(), "cuDNN takes no other"
        if isinstance(made.state, tuple):
            pairs = zip(rs.bridge(layer, made.state, how), made.pair, strict=True)
            assert all(torch.equal(a, rs.bridge(layer, b, how)) for a, b in pairs)


@pytest.mark.parametrize("how", ["cat", "sum"])
def test_a_bridge_is_the_state_of_a_decoder(made: Run, how: Any) -> None:
    rnn = made.rnn
    if rnn.proj_size:
        return
    wide = 2 if rnn.bidirectional and how == "cat" else 1
    decoder = type(rnn)(FEATURE, wide * HIDDEN, rnn.num_layers, batch_first=rnn.batch_first, dtype=torch.float64)
    sizes = (2, FEATURE) if not made.batched else (BATCH, 2, FEATURE) if rnn.batch_first else (2, BATCH, FEATURE)
    _, state = decoder(torch.zeros(sizes, dtype=torch.float64), rs.bridge(rnn, made.state, how))
    assert isinstance(state, tuple) is isinstance(made.state, tuple)


def test_initial_state(made: Run) -> None:
    batch = BATCH if made.batched else None
    for layer in layers_of(made):
        state = rs.initial_state(layer, batch)
        pair = state if isinstance(state, tuple) else (state,)
        assert [s.shape for s in pair] == [s.shape for s in made.pair]
        assert all(not s.any() and s.is_contiguous() for s in pair)
    zeros = rs.initial_state(made.rnn, batch)
    assert all(s.dtype is torch.float64 for s in (zeros if isinstance(zeros, tuple) else (zeros,)))


@pytest.mark.parametrize("form", ["batched", "unbatched"])
def test_a_layer_starts_from_its_initial_state(config: Any, form: str) -> None:
    made = run(config, form)
    sizes = made.output.shape[:-1]
    x = torch.randn(*sizes, FEATURE, dtype=torch.float64)
    bare, ours = made.rnn(x), made.rnn(x, rs.initial_state(made.rnn, BATCH if made.batched else None))
    assert torch.equal(bare[0], ours[0])


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("batch", [BATCH, None])
def test_a_cell_starts_from_its_initial_state(kind: str, batch: int | None) -> None:
    cell = getattr(nn, kind)(FEATURE, HIDDEN)
    x = torch.randn(*([] if batch is None else [batch]), FEATURE)
    for layer in (cell, RNNSpec.from_module(cell)):
        bare, ours = cell(x), cell(x, rs.initial_state(layer, batch))
        assert torch.equal(*(found[1] if isinstance(found, tuple) else found for found in (bare, ours)))


# Gradients


def gradients(rnn: nn.Module, value: Tensor) -> list[Tensor]:
    weight = torch.linspace(-1, 1, value.numel(), dtype=value.dtype).view_as(value)
    found = torch.autograd.grad((value * weight).sum(), list(rnn.parameters()), retain_graph=True, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for g, p in zip(found, rnn.parameters(), strict=True)]


def test_gradients_flow(made: Run) -> None:
    rnn, samples = made.rnn, made.samples
    ways = range(1 + rnn.bidirectional)
    whole = made.joined([torch.stack([torch.stack([s[0] for s in row]) for row in f.states]) for f in samples], dim=2)
    pairs = [
        (rs.last_state(rnn, made.pair[0]), made.joined([s.top() for s in samples])),
        (rs.by_layer(rnn, made.pair[0]), whole),
        (rs.last_step(rnn, made.output), made.joined([s.both() for s in samples])),
        (rs.bridge(rnn, made.pair[0], "sum"), whole.sum(1)),
        (rs.bridge(rnn, made.pair[0]), torch.cat([whole[:, way] for way in ways], -1)),
    ]
    for ours, theirs in pairs:
        for a, b in zip(gradients(rnn, ours), gradients(rnn, theirs), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-10)
