"""A recurrent layer on fake tensors against the real one: sizes, strides, dtypes and the graph, in every configuration."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import Any

import pytest
import torch
from machine import CASTS_LSTM
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence

from rnnshape.dryrun.answering import Answers
from rnnshape.dryrun.copying import structural_copy
from rnnshape.dryrun.costs import Costs
from rnnshape.dryrun.faking import Fakes

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning")

CONFIGURATIONS = [
    (kind, layers, both, first, projected)
    for kind, layers, both, first in itertools.product((nn.RNN, nn.LSTM, nn.GRU), (1, 2), (False, True), (False, True))
    for projected in ((0, 3) if kind is nn.LSTM else (0,))
]


class Fake:
    """Runs a function of a module and tensors on fakes of them."""

    def __init__(self) -> None:
        self.fakes = Fakes()
        self.flops: list[int] = []

    def run(self, function: Any, module: nn.Module, *args: Any) -> Any:
        copy = structural_copy(module, self.fakes)
        costs = Costs(self.flops.append, copy.parameters())
        with self.fakes, costs, Answers(self.fakes, self.flops.append, costs.passing):
            return function(copy, *(self.fakes.fake(a) if isinstance(a, Tensor) else a for a in args))


def tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return [t for item in value or () for t in tensors(item)] if isinstance(value, (tuple, list)) else []


def facts(value: Any) -> list[Any]:
    """Return everything about a result but its elements."""
    return [
        (tuple(t.shape), t.stride(), t.dtype, t.device, t.requires_grad, t.grad_fn is None, t.is_contiguous())
        for t in tensors(value)
    ]


def assert_alike(function: Any, module: nn.Module, *args: Any) -> None:
    assert facts(Fake().run(function, module, *args)) == facts(function(module, *args))


@pytest.mark.parametrize(("kind", "layers", "both", "first", "projected"), CONFIGURATIONS)
@pytest.mark.parametrize("grad", [True, False])
def test_a_layer(kind: Any, layers: int, both: bool, first: bool, projected: int, grad: bool) -> None:
    options = {"proj_size": projected} if projected else {}
    rnn = kind(4, 5, layers, bidirectional=both, batch_first=first, **options)
    state = torch.zeros(layers * (2 if both else 1), 6, projected or 5)
    cell = torch.zeros(layers * (2 if both else 1), 6, 5)
    given = (state, cell) if kind is nn.LSTM else state
    x = torch.zeros(6, 9, 4) if first else torch.zeros(9, 6, 4)
    with torch.set_grad_enabled(grad):
        assert_alike(lambda m, x: m(x), rnn, x)
        assert_alike(lambda m, x: m(x), rnn.train(not rnn.training), x)
        states = given if isinstance(given, tuple) else (given,)
        assert_alike(lambda m, x, *s: m(x, s if len(s) == 2 else s[0]), rnn, x, *states)
        assert_alike(lambda m, x: m(x), rnn, torch.zeros(9, 4))
        for batch in (0, 1):
            assert_alike(lambda m, x: m(x), rnn, torch.zeros(batch, 9, 4) if first else torch.zeros(9, batch, 4))


CELLS = [(nn.RNNCell, {}), (nn.RNNCell, {"nonlinearity": "relu"}), (nn.LSTMCell, {}), (nn.GRUCell, {})]


@pytest.mark.parametrize(("kind", "options"), CELLS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("grad", [True, False])
def test_a_cell(kind: Any, options: dict[str, Any], bias: bool, grad: bool) -> None:
    cell = kind(4, 5, bias=bias, **options)
    state = (torch.zeros(6, 5), torch.zeros(6, 5)) if kind is nn.LSTMCell else (torch.zeros(6, 5),)
    with torch.set_grad_enabled(grad):
        assert_alike(lambda m, x: m(x), cell, torch.zeros(6, 4))
        assert_alike(lambda m, x: m(x), cell, torch.zeros(4, 6).t())
        assert_alike(lambda m, x, *s: m(x, s if len(s) == 2 else s[0]), cell, torch.zeros(6, 4), *state)
        assert_alike(lambda m, x: m(x), cell, torch.zeros(4))
        assert_alike(lambda m, x: m(x), cell.double(), torch.zeros(0, 4).double())


@pytest.mark.parametrize(("kind", "options"), CELLS)
@pytest.mark.parametrize(("width", "hidden"), [(4, 5), (40, 5), (4, 50)])
def test_what_a_cell_costs_is_what_its_operations_do(kind: Any, options: dict[str, Any], width: int, hidden: int) -> None:
    cell, x = kind(width, hidden, **options), torch.zeros(9, 6, width)
    found: list[Any] = []
    for is_answered in (True, False):
        fakes, flops = Fakes(), list[int]()
        copy = structural_copy(cell, fakes)
        costs = Costs(flops.append, copy.parameters())
        answers = [Answers(fakes, flops.append, costs.passing)] if is_answered else []
        steps = fakes.fake(x)
        with ExitStack() as on:
            for context in (torch.no_grad(), fakes, costs, *answers):
                on.enter_context(context)
            state = None
            for step in steps:
                state = copy(step, state)
        found.append((sum(costs.peak()), sorted(flops)))
    assert found[0] == found[1]
    assert found[0][0] > 0


@pytest.mark.parametrize(("kind", "options"), CELLS)
def test_what_a_cell_raises_is_torchs(kind: Any, options: dict[str, Any]) -> None:
    cell = kind(4, 5, **options)
    with pytest.raises(RuntimeError) as real:
        cell(torch.zeros(6, 3))
    with pytest.raises(RuntimeError) as found:
        Fake().run(lambda m, x: m(x), cell, torch.zeros(6, 3))
    assert str(found.value).split("\n")[0] == str(real.value).split("\n")[0]


@pytest.mark.parametrize(("kind", "layers", "both", "first", "projected"), CONFIGURATIONS)
@pytest.mark.parametrize("lengths", [[9, 7, 3], [2, 9, 9], [1]])
def test_packed(kind: Any, layers: int, both: bool, first: bool, projected: int, lengths: list[int]) -> None:
    def forward(rnn: nn.Module, x: Tensor) -> Any:
        packed = pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)
        out, states = rnn(packed)
        padded, real = pad_packed_sequence(out, batch_first=first, total_length=10)
        return list(packed), list(out), states, padded, real, pad_packed_sequence(out, batch_first=not first)

    options = {"proj_size": projected} if projected else {}
    x = torch.zeros(len(lengths), 9, 4) if first else torch.zeros(9, len(lengths), 4)
    assert_alike(forward, kind(4, 5, layers, bidirectional=both, batch_first=first, **options), x)


def test_the_numbers_of_a_packed_sequence_are_known() -> None:
    def forward(_: nn.Module, x: Tensor, lengths: Tensor) -> Any:
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        _, real = pad_packed_sequence(packed)
        return packed.batch_sizes.tolist(), packed.sorted_indices.tolist(), packed.unsorted_indices.tolist(), real.tolist()

    given = nn.Identity(), torch.zeros(9, 3, 4), torch.tensor([3, 9, 7])
    assert Fake().run(forward, *given) == forward(*given)


def test_pack_sequence() -> None:
    def forward(rnn: nn.Module, *parts: Tensor) -> Any:
        packed = pack_sequence(list(parts), enforce_sorted=False)
        assert isinstance(packed, PackedSequence)
        return rnn(packed)

    assert_alike(forward, nn.GRU(4, 5), torch.zeros(3, 4), torch.zeros(9, 4))


@pytest.mark.parametrize(("lengths", "options"), [([3, 9, 7], {}), ([9, 7], {}), ([9, 7, 0], {})])
def test_what_packing_raises_is_torchs(lengths: list[int], options: dict[str, Any]) -> None:
    def forward(_: nn.Module, x: Tensor) -> Any:
        return pack_padded_sequence(x, lengths, **options)

    given = nn.Identity(), torch.zeros(9, 3, 4)
    with pytest.raises(Exception) as real:
        forward(*given)
    with pytest.raises(type(real.value)) as found:
        Fake().run(forward, *given)
    assert str(found.value).split("\n")[0] == str(real.value).split("\n")[0]


def test_lengths_of_more_samples_than_there_are() -> None:
    def forward(_: nn.Module, x: Tensor) -> Any:
        return pack_padded_sequence(x, [9, 7, 3, 3], enforce_sorted=False)

    for run in (forward, lambda *a: Fake().run(forward, *a)):
        with pytest.raises((RuntimeError, IndexError), match=r"INDICES element is out of DATA bounds|index out of range"):
            run(nn.Identity(), torch.zeros(9, 3, 4))


def test_lengths_beyond_the_last_step_fail_in_the_layer() -> None:
    def forward(rnn: nn.Module, x: Tensor) -> Any:
        packed = pack_padded_sequence(x, [12, 12, 3])
        assert packed.data.shape == (21, 4)
        return rnn(packed)

    for run in (forward, lambda *a: Fake().run(forward, *a)):
        with pytest.raises(RuntimeError) as found:
            run(nn.GRU(4, 5), torch.zeros(9, 3, 4))
        assert str(found.value).startswith("start (21) + length (2) exceeds dimension size (21).")


def test_what_unpacking_raises_is_torchs() -> None:
    def forward(_: nn.Module, x: Tensor) -> Any:
        return pad_packed_sequence(pack_padded_sequence(x, [9, 7, 3]), total_length=8)

    given = nn.Identity(), torch.zeros(9, 3, 4)
    for run in (forward, lambda *a: Fake().run(forward, *a)):
        with pytest.raises(ValueError) as found:
            run(*given)
        assert str(found.value).startswith("Expected total_length to be at least the length of the longest sequence in input")


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_no_step_is_torchs_error(kind: Any) -> None:
    for run in (lambda m, x: m(x), lambda *a: Fake().run(lambda m, x: m(x), *a)):
        with pytest.raises(RuntimeError, match="Expected sequence length to be larger than 0 in RNN"):
            run(kind(4, 5), torch.zeros(0, 3, 4))


def test_flops_are_the_calculators() -> None:
    fake = Fake()
    fake.run(lambda m, x: m(x), nn.LSTM(4, 5, bidirectional=True), torch.zeros(9, 6, 4))
    fake.run(lambda m, x: m(pack_padded_sequence(x, [9, 7, 3])), nn.GRU(4, 5), torch.zeros(9, 3, 4))
    assert fake.flops == [9 * 6 * 2 * 2 * 20 * (4 + 5), (9 + 7 + 3) * 2 * 15 * (4 + 5)]


def test_a_batch_first_output_cannot_be_viewed() -> None:
    def forward(rnn: nn.Module, x: Tensor) -> Tensor:
        return rnn(x)[0].view(-1, 5)

    for run in (forward, lambda *a: Fake().run(forward, *a)):
        with pytest.raises(RuntimeError) as found:
            run(nn.GRU(4, 5, batch_first=True), torch.zeros(6, 9, 4))
        assert str(found.value).startswith("view size is not compatible with input tensor's size and stride")


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell])
def test_dtypes(kind: Any) -> None:
    def cast(module: nn.Module, x: Tensor) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return module(x)

    def packed(module: nn.Module, x: Tensor) -> Any:
        return cast(module, pack_padded_sequence(x, [9, 7, 3]))

    x = torch.zeros(6, 4) if issubclass(kind, nn.RNNCellBase) else torch.zeros(9, 3, 4)
    casts = CASTS_LSTM or not issubclass(kind, nn.LSTM)
    if casts:
        assert_alike(cast, kind(4, 5), x)
    assert_alike(lambda m, x: m(x), kind(4, 5).double(), x.double())
    assert_alike(lambda m, x: m(x), kind(4, 5).bfloat16(), x.bfloat16())
    if casts and x.dim() == 3:
        found, real = Fake().run(packed, kind(4, 5), x), packed(kind(4, 5), x)
        assert [t.dtype for t in tensors(found)] == [t.dtype for t in tensors(real)]


def test_an_output_may_be_written_to_and_differentiated() -> None:
    def forward(rnn: nn.Module, x: Tensor) -> Any:
        out, _ = rnn(x)
        out[:, 0] = 0
        [grad] = torch.autograd.grad(out.sum(), [rnn.weight_ih_l0])
        return out, grad

    assert_alike(forward, nn.GRU(4, 5), torch.zeros(9, 6, 4))
