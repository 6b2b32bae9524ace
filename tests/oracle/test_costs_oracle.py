"""What layers cost, against counts by hand, against torch's counter and what autograd really keeps, and beside torchinfo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import pytest
import torch
from thinned import NIGHTLY
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from rnnshape import Prediction, predict

pytestmark = [
    pytest.mark.filterwarnings("ignore:TF32 acceleration:UserWarning"),  # from torch.backends.mkldnn.flags
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning"),
]

LENGTHS = (9, 8, 7, 5, 3, 1)
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def hand_count(module: nn.Module, samples: list[int]) -> int:
    """Multiply and add, one element of one matrix at a time, for every step of samples of these lengths."""
    operations = 0
    matrices = [weight.tolist() for name, weight in module.named_parameters() if "weight" in name]
    for length in samples:
        for _step in range(length):
            for matrix in matrices:
                for row in matrix:
                    for _element in row:
                        operations += 1  # a multiplication
                        operations += 1  # an addition
    return operations


def counted_by_torch(module: nn.Module, *args: Any, onednn: bool) -> int:
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=onednn), FlopCounterMode(display=False) as counter:
        module(*args)
    return counter.get_total_flops()


class Packing(nn.Module):
    """A layer that packs its input."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Any:
        return self.rnn(pack_padded_sequence(x, torch.tensor(LENGTHS)))


class Loop(nn.Module):
    """A cell that is called for every step."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Any:
        state = None
        for step in x:
            state = self.cell(step, state)
        return state[0] if isinstance(state, tuple) else state


def compared() -> Iterator[tuple[str, nn.Module, Tensor, int, list[int]]]:
    """Yield a name, a model, its input, the FLOPs that we predict, and the steps of every sample."""
    for kind in ("RNN", "GRU", "LSTM"):
        layer = getattr(nn, kind)
        for label, config in (("", {}), (" bidirectional, 2 layers", {"num_layers": 2, "bidirectional": True})):
            module = layer(3, 4, **config)
            yield f"{kind}{label} batched", module, torch.zeros(9, 6, 3), predict(module, batch=6, seq=9).flops, [9] * 6
            yield f"{kind}{label} unbatched", module, torch.zeros(9, 3), predict(module, batch=None, seq=9).flops, [9]
            packed = predict(module, lengths=LENGTHS).flops
            yield f"{kind}{label} packed", Packing(module), torch.zeros(9, 6, 3), packed, list(LENGTHS)
        cell = getattr(nn, f"{kind}Cell")(3, 4)
        each = predict(cell, batch=6).flops
        yield f"{kind}Cell", cell, torch.zeros(6, 3), each, [1] * 6
        yield f"{kind}Cell in a loop", Loop(cell), torch.zeros(9, 6, 3), 9 * each, [9] * 6
    module = nn.LSTM(3, 4, proj_size=2, bidirectional=True)
    yield "LSTM with proj_size", module, torch.zeros(9, 6, 3), predict(module, batch=6, seq=9).flops, [9] * 6


COMPARED = {name: rest for name, *rest in compared()}


@pytest.mark.parametrize("name", COMPARED)
def test_flops_are_those_counted_by_hand_and_by_torch(name: str) -> None:
    model, x, ours, samples = COMPARED[name]
    assert ours == hand_count(model, samples) == counted_by_torch(model, x, onednn=False)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch without oneDNN runs its own code, which it counts")
def test_torchs_counter_sees_nothing_of_an_lstm_in_onednn() -> None:
    for name, (model, x, ours, _) in COMPARED.items():
        hidden = name.startswith("LSTM") and "Cell" not in name and "packed" not in name and "proj" not in name
        assert counted_by_torch(model, x, onednn=True) == (0 if hidden else ours), name


def test_torchinfo_multiplies_by_hidden_size_what_it_takes_for_a_batch_of_vectors() -> None:
    """Its mult-adds are MACs, biases included: what it says of a padded batch is right but for these."""
    torchinfo = pytest.importorskip("torchinfo")
    for name, (model, x, ours, samples) in COMPARED.items():
        if "bidirectional" in name or "proj" in name:
            continue
        inner = next((child for child in model.children()), model)
        theirs = torchinfo.summary(model, input_data=[x], verbose=0).total_mult_adds
        with_biases = sum(samples) * predict(inner).parameter_count
        assert theirs == with_biases * (1 if name.endswith("batched") and "unbatched" not in name else 4), name
        assert with_biases * 2 > ours


# What autograd keeps


def kept(module: nn.Module, *args: Any) -> int:
    """Run torch's own code and sum the bytes of every storage that autograd keeps, parameters left out, each once."""
    own = {parameter.untyped_storage().data_ptr() for parameter in module.parameters()}
    held: dict[int, Tensor] = {}  # the tensors stay alive, so no address comes twice

    def pack(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in own:
            held[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.backends.mkldnn.flags(enabled=False), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = module(*args)
    assert result is not None
    return sum(tensor.untyped_storage().nbytes() for tensor in held.values())


FAMILIES = {"RNN": {}, "GRU": {}, "LSTM": {}, "LSTM projected": {"proj_size": 2}}


def layers(family: str) -> Iterator[nn.Module]:
    flags = product((1, 3), (False, True), (False, True), (False, True), (0.0, 0.5))
    for num_layers, bidirectional, batch_first, bias, dropout in flags:
        if dropout and num_layers == 1:
            continue  # torch warns that it has no effect
        config = {"num_layers": num_layers, "bidirectional": bidirectional, "batch_first": batch_first, "bias": bias}
        yield getattr(nn, family.split()[0])(3, 5, dropout=dropout, **config, **FAMILIES[family])


@pytest.mark.parametrize("family", FAMILIES)
def test_saved_bytes_are_those_that_autograd_keeps(family: str) -> None:
    checked = 0
    for module in layers(family):
        for batch, seq in ((2, 2), (6, 9), (None, 1), (None, 7)):
            p = predict(module, batch=batch, seq=seq)
            assert kept(module, torch.randn(p.input.sizes)) == p.saved_bytes, repr(p)
            checked += 1
        for batch, seq in ((1, 7), (6, 1)):  # where no copy is needed
            p = predict(module, batch=batch, seq=seq)
            copies = 1 if p.spec.batch_first and p.spec.bidirectional else 0
            assert kept(module, torch.randn(p.input.sizes)) == p.saved_bytes - copies * p.bytes["input"], repr(p)
            checked += 1
    assert checked == 6 * (8 + 16)


def packed_input(p: Prediction) -> PackedSequence:
    assert p.lengths is not None
    shape = (len(p.lengths), max(p.lengths)) if p.spec.batch_first else (max(p.lengths), len(p.lengths))
    return pack_padded_sequence(torch.randn(*shape, 3), p.lengths, batch_first=p.spec.batch_first)


def uncounted(p: Prediction) -> int:
    """Count the bytes that ragged samples keep besides: old states, of which a view of fewer rows is used or a copy of more."""
    assert p.batch_sizes is not None
    starts = sum(more for more, fewer in pairwise(p.batch_sizes) if more > fewer)
    ends = p.batch_sizes[0] - p.batch_sizes[-1]
    if p.spec.mode.startswith("RNN"):
        return 4 * p.spec.num_layers * starts * p.spec.hidden_size * (p.spec.directions - 1)
    widths = p.spec.state_size + (p.spec.hidden_size if p.spec.has_cell_state else 0)
    return 4 * p.spec.num_layers * p.spec.directions * ends * widths


@pytest.mark.parametrize("family", FAMILIES)
def test_saved_bytes_of_a_packed_sequence(family: str) -> None:
    ragged = exact = 0
    for module in layers(family):
        for lengths in ((4, 4, 4), (7,), (5, 4, 4, 2, 1), [100 - 3 * n for n in range(20)]):
            p = predict(module, lengths=lengths)
            assert kept(module, packed_input(p)) == p.saved_bytes + uncounted(p), repr(p)
            assert 0 <= uncounted(p) < 0.25 * p.saved_bytes
            exact += uncounted(p) == 0
            ragged += uncounted(p) > 0
    assert exact + ragged == 24 * 4
    assert exact == (48 if family != "RNN" else 72)


@pytest.mark.parametrize("kind", ["RNNCell", "GRUCell", "LSTMCell"])
def test_saved_bytes_of_cells(kind: str) -> None:
    for batch, bias in product((None, 1, 6), (True, False)):
        cell = getattr(nn, kind)(3, 5, bias=bias)
        p = predict(cell, batch=batch)
        states = [torch.randn(layout.sizes) for layout in (p.h_0, p.c_0) if layout is not None]
        state = states[0] if len(states) == 1 else tuple(states)
        assert kept(cell, torch.randn(p.input.sizes), state) == p.saved_bytes, repr(p)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_saved_bytes_of_dtypes(dtype: torch.dtype) -> None:
    module = nn.GRU(3, 5, 2, bidirectional=True).to(dtype)
    p = predict(module, batch=6, seq=9, dtype=dtype)
    assert kept(module, torch.randn(p.input.sizes, dtype=dtype)) == p.saved_bytes


# What a forward pass holds


class Alive(TorchDispatchMode):
    """Sums the bytes of all storages that are alive after each operation; parameters left out."""

    def __init__(self, module: nn.Module, *given: Tensor) -> None:
        super().__init__()
        self.own = {parameter.untyped_storage()._cdata for parameter in module.parameters()}
        self.storages: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak = 0
        self.note(given)

    def note(self, found: Any) -> None:
        for tensor in tree_leaves(found):
            if isinstance(tensor, Tensor) and tensor.untyped_storage()._cdata not in self.own:
                storage = tensor.untyped_storage()
                self.storages.setdefault(storage._cdata, (StorageWeakRef(storage), storage.nbytes()))
        self.storages = {at: entry for at, entry in self.storages.items() if not entry[0].expired()}
        self.peak = max(self.peak, sum(size for _, size in self.storages.values()))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.note(result)
        return result


def most_alive(module: nn.Module, *args: Tensor) -> int:
    module.eval()
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=False), Alive(module, *args) as alive:
        module(*([args[0]] if len(args) == 1 else [args[0], args[1] if len(args) == 2 else args[1:]]))
    return alive.peak


@pytest.mark.parametrize("family", FAMILIES)
def test_peak_bytes_are_those_of_every_storage_alive_at_once(family: str) -> None:
    flags = product((1, 2, 3), (False, True), (False, True), (False, True), (3, 40))
    cells = [*product(flags, ((1, 1), (3, 1), (3, 2), (1, 4), (3, 5), (4, 12), (None, 6)))]
    for (num_layers, bidirectional, batch_first, bias, input_size), (batch, seq) in cells[:: 1 if NIGHTLY else 5]:
        config = {"num_layers": num_layers, "bidirectional": bidirectional, "batch_first": batch_first, "bias": bias}
        module = getattr(nn, family.split()[0])(input_size, 5, **config, **FAMILIES[family])
        p = predict(module, batch=batch, seq=seq)
        assert most_alive(module, torch.randn(p.input.sizes)) == p.peak_bytes, repr(p)
    assert len(cells) == 48 * 7


@pytest.mark.parametrize("kind", ["RNNCell", "GRUCell", "LSTMCell"])
def test_peak_bytes_of_cells(kind: str) -> None:
    for batch, bias in product((None, 1, 6), (True, False)):
        cell = getattr(nn, kind)(3, 5, bias=bias)
        p = predict(cell, batch=batch)
        states = [torch.randn(layout.sizes) for layout in (p.h_0, p.c_0) if layout is not None]
        assert most_alive(cell, torch.randn(p.input.sizes), *states) == p.peak_bytes, repr(p)


def test_a_peak_that_nobody_followed_is_none() -> None:
    for how in ({}, {"batch": 2}, {"seq": 2}, {"lengths": [3, 2]}):
        assert predict("GRU", 3, 5, **how).peak_bytes is None
    assert predict("GRUCell", 3, 5).peak_bytes is None
    assert predict("GRUCell", 3, 5, batch=2).peak_bytes is not None


# Whole models


@pytest.mark.parametrize("name", [name for name in COMPARED if "packed" in name or "loop" in name])
def test_flops_of_a_model_that_packs_or_loops(name: str) -> None:
    model, _, ours, samples = COMPARED[name]
    whole = predict(model, "seq=9 batch=6 feature=3")
    assert whole.flops.number() == ours == hand_count(model, samples)
    assert sum(call.depth > 0 for call in whole) == (9 if "loop" in name else 1)
