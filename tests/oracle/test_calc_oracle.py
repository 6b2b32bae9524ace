"""The calculator against torch: every configuration of every layer and cell, in its sizes and in what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.flop_counter import FlopCounterMode

from rnnshape import Layout, Prediction, RNNSpec, SpecError, predict

pytestmark = pytest.mark.filterwarnings("ignore:TF32 acceleration:UserWarning")  # from torch.backends.mkldnn.flags

# A layer's name, what torch needs beside the sizes, and whether it has a projection.
FAMILIES = {
    "RNN_TANH": ("RNN", {}, False),
    "RNN_RELU": ("RNN", {"nonlinearity": "relu"}, False),
    "LSTM": ("LSTM", {}, False),
    "LSTM projected": ("LSTM", {}, True),
    "GRU": ("GRU", {}, False),
}
SIZES = ((3, 5, 2), (1, 2, 1), (5, 3, 1))  # input_size, hidden_size, proj_size
BATCHED = ((0, 4), (1, 1), (1, 7), (7, 1), (6, 9), (4, 4))  # samples, steps
UNBATCHED = (1, 7, 9)  # steps
PACKED = (((4,), True), ((5, 3, 1), True), ((4, 4), True), ((5, 3, 1), False), ((1, 5, 3), False), ((2, 1, 2), False))

Config = dict[str, Any]
State = Tensor | tuple[Tensor, Tensor]


@pytest.fixture(autouse=True)
def _without_onednn() -> Iterator[None]:
    """Run nn.LSTM on torch's own code: oneDNN compiles it for every new size, and hides its FLOPs from torch's counter."""
    with torch.backends.mkldnn.flags(enabled=False), torch.no_grad():
        yield


def configurations(family: str, sizes: Sequence[tuple[int, int, int]] = SIZES, layers: int = 3) -> Iterator[tuple[str, Config]]:
    """Yield every configuration of one family: a class name and torch's arguments."""
    kind, extra, projected = FAMILIES[family]
    flags = product(sizes, range(1, layers + 1), (False, True), (False, True), (True, False))
    for (input_size, hidden_size, proj_size), num_layers, bidirectional, batch_first, bias in flags:
        config = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers, "bias": bias, **extra}
        config |= {"batch_first": batch_first, "bidirectional": bidirectional}
        yield kind, config | ({"proj_size": proj_size} if projected else {})


def built(kind: str, config: Config) -> nn.Module:
    return getattr(nn, kind)(**config)


def assert_sizes(label: str, **pairs: tuple[Tensor, Layout | None]) -> None:
    for name, (tensor, layout) in pairs.items():
        assert layout is not None, f"{label}: {name} is not predicted"
        assert tuple(tensor.shape) == layout.sizes, f"{label}: {name} is {tuple(tensor.shape)}, predicted {layout}"


def zeros(p: Prediction) -> State:
    """Make initial states of the predicted sizes."""
    h_0 = torch.zeros(p.h_0.sizes)
    return h_0 if p.c_0 is None else (h_0, torch.zeros(p.c_0.sizes))


def split_state(p: Prediction, state: State) -> dict[str, tuple[Tensor, Layout | None]]:
    if p.c_n is None:
        assert isinstance(state, Tensor)
        return {"h_n": (state, p.h_n)}
    return {"h_n": (state[0], p.h_n), "c_n": (state[1], p.c_n)}


def assert_parameters(label: str, module: nn.Module, p: Prediction) -> None:
    real = [(name, tuple(parameter.shape)) for name, parameter in module.named_parameters()]
    assert [(name, layout.sizes) for name, layout in p.parameters.items()] == real, label
    assert p.parameter_count == sum(parameter.numel() for parameter in module.parameters()), label
    assert p.bytes["parameters"] == sum(w.numel() * w.element_size() for w in module.parameters()), label


def assert_spec(label: str, module: nn.Module, kind: str, config: Config) -> RNNSpec:
    spec = RNNSpec.from_module(module)
    assert spec == RNNSpec.of(kind, **config), label
    assert RNNSpec.from_dict(spec.to_dict()) == spec, label
    return spec


def assert_bytes(label: str, p: Prediction, **tensors: Tensor) -> None:
    assert {n: p.bytes[n] for n in tensors} == {n: t.numel() * t.element_size() for n, t in tensors.items()}, label


@pytest.mark.parametrize("family", FAMILIES)
def test_sizes_of_layers(family: str) -> None:
    modules = calls = 0
    for kind, config in configurations(family):
        module = built(kind, config)
        spec = assert_spec(f"{kind} {config}", module, kind, config)
        assert_parameters(f"{kind} {config}", module, predict(spec))
        modules += 1
        for batch, seq in BATCHED:
            calls += check_call(module, predict(kind, batch=batch, seq=seq, **config))
        for seq in UNBATCHED:
            calls += check_call(module, predict(kind, batch=None, seq=seq, **config))
        for lengths, sorted_ in PACKED:
            calls += check_packed(module, predict(kind, lengths=lengths, **config), sorted_)
    assert modules == 3 * 3 * 2 * 2 * 2
    assert calls == modules * 2 * (len(BATCHED) + len(UNBATCHED) + len(PACKED))


def test_sizes_of_an_lstm_in_onednn() -> None:
    with torch.backends.mkldnn.flags(enabled=True):
        calls = 0
        for kind, config in configurations("LSTM", sizes=SIZES[:1], layers=2):
            for batch, seq in ((6, 9), (None, 9)):
                calls += check_call(built(kind, config), predict(kind, batch=batch, seq=seq, **config))
    assert calls == 2 * 2 * 2 * 2 * 2 * 2


def check_call(module: nn.Module, p: Prediction) -> int:
    """Call a layer with and without states; return the number of calls."""
    label = f"{p.spec!r} batch={p.batch} seq={p.seq}"
    assert predict(module, batch=p.batch, seq=p.seq) == p, label
    symbolic, numbers = predict(module, batch=None), {"T": p.seq}
    if p.batch is not None:
        symbolic, numbers = predict(module), {"B": p.batch, "T": p.seq}
    for name in ("input", "h_0", "c_0", "output", "h_n", "c_n"):
        layout = getattr(symbolic, name)
        assert (layout and layout.bind(**numbers)) == getattr(p, name), f"{label}: {name} of symbols"
    x = torch.zeros(p.input.sizes)
    for args in ((x,), (x, zeros(p))):
        output, state = module(*args)
        assert_sizes(label, output=(output, p.output), **split_state(p, state))
    assert_bytes(label, p, input=x, output=output, **{n: t for n, (t, _) in split_state(p, state).items()})
    return 2


def check_packed(module: nn.Module, p: Prediction, sorted_: bool) -> int:
    """Call a layer with a PackedSequence, with and without states; return the number of calls."""
    label = f"{p.spec!r} lengths={p.lengths} enforce_sorted={sorted_}"
    assert p.lengths is not None
    assert predict(module, lengths=p.lengths) == p == predict(module, lengths=torch.tensor(p.lengths)), label
    batch_first, features = p.spec.batch_first, p.spec.input_size
    shape = (len(p.lengths), max(p.lengths)) if batch_first else (max(p.lengths), len(p.lengths))
    x = pack_padded_sequence(torch.zeros(*shape, features), p.lengths, batch_first=batch_first, enforce_sorted=sorted_)
    assert_sizes(label, input=(x.data, p.input))
    assert p.batch_sizes == tuple(x.batch_sizes.tolist()), label
    for args in ((x,), (x, zeros(p))):
        output, state = module(*args)
        padded, lengths = pad_packed_sequence(output, batch_first=batch_first)
        assert_sizes(label, output=(output.data, p.output), padded=(padded, p.padded), **split_state(p, state))
        assert p.batch_sizes == tuple(output.batch_sizes.tolist()), label
        assert p.lengths == tuple(lengths.tolist()), label
    assert_bytes(label, p, input=x.data, output=output.data)
    return 2


def test_sizes_of_cells() -> None:
    cells = calls = 0
    families = (("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu"}), ("LSTMCell", {}), ("GRUCell", {}))
    sizes = (*(s[:2] for s in SIZES), (0, 4), (3, 0))
    for (kind, extra), (input_size, hidden_size), bias in product(families, sizes, (True, False)):
        config = {"input_size": input_size, "hidden_size": hidden_size, "bias": bias, **extra}
        cell = built(kind, config)
        label = f"{kind} {config}"
        assert_parameters(label, cell, predict(assert_spec(label, cell, kind, config)))
        cells += 1
        for batch in (None, 0, 1, 2, 6):
            p = predict(kind, batch=batch, **config)
            assert predict(cell, batch=batch) == p, label
            x = torch.zeros(p.input.sizes)
            for args in ((x,), (x, zeros(p))):
                state = cell(*args)
                assert_sizes(f"{label} batch={batch}", **split_state(p, state))
                assert p.output == p.h_n
                calls += 1
    assert (cells, calls) == (4 * 5 * 2, 4 * 5 * 2 * 5 * 2)


def test_a_padded_tensor_longer_than_its_longest_sample() -> None:
    # pack_padded_sequence takes it, and pad_packed_sequence gives back the longest sample only
    lengths, x = (3, 5, 1), torch.zeros(12, 3, 4)
    gru = nn.GRU(4, 2, bidirectional=True)
    output, _ = gru(pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False))
    p = predict(gru, batch=3, seq=12, lengths=lengths)
    assert_sizes("GRU", output=(output.data, p.output), padded=(pad_packed_sequence(output)[0], p.padded))
    assert p.padded == predict(gru, lengths=lengths).padded


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_bytes_of_every_dtype(dtype: torch.dtype) -> None:
    lstm = nn.LSTM(3, 5, 2, bidirectional=True, proj_size=2).to(dtype)
    p = predict(lstm, batch=6, seq=9, dtype=dtype)
    real = {"parameters": sum(w.numel() * w.element_size() for w in lstm.parameters())}
    for name, layout in (("input", p.input), ("output", p.output), ("h_n", p.h_n), ("c_n", p.c_n)):
        assert layout is not None
        real[name] = torch.empty(layout.sizes, dtype=dtype).numel() * dtype.itemsize
    assert p.bytes == real


def test_torch_runs_no_empty_sequence_and_neither_do_we() -> None:
    for kind, batch in product(("RNN", "LSTM", "GRU"), (None, 2)):
        x = torch.zeros((0, 3) if batch is None else (0, 2, 3))
        with pytest.raises(RuntimeError, match="Expected sequence length to be larger than 0 in RNN"):
            getattr(nn, kind)(3, 4)(x)
        with pytest.raises(SpecError) as caught:
            predict(kind, 3, 4, batch=batch, seq=0)
        assert str(caught.value) == "seq=0: 1 or more is needed, as torch demands"


# What the sizes mean


def one_layer(p: Prediction, module: nn.Module, layer: int, suffix: str) -> nn.Module:
    """Build a layer with one direction of the weights that stand in a stack under a layer's number."""
    spec = p.spec
    weights = {name: getattr(module, f"{name}_l{layer}{suffix}").detach() for name in parameter_names(spec)}
    config = spec.to_dict() | {"num_layers": 1, "bidirectional": False, "input_size": weights["weight_ih"].shape[1]}
    single = built(config.pop("kind"), config)
    single.load_state_dict({f"{name}_l0": weight for name, weight in weights.items()})
    return single


def parameter_names(spec: RNNSpec) -> list[str]:
    names = ["weight_ih", "weight_hh"]
    return names + ["bias_ih", "bias_hh"] * spec.bias + ["weight_hr"] * bool(spec.proj_size)


def random_states(p: Prediction) -> dict[str, Tensor]:
    states = {"h": torch.randn(p.h_0.sizes)}
    return states if p.c_0 is None else {**states, "c": torch.randn(p.c_0.sizes)}


def as_argument(states: dict[str, Tensor]) -> State:
    return (states["h"], states["c"]) if "c" in states else states["h"]


def as_dict(state: State) -> dict[str, Tensor]:
    return {"h": state} if isinstance(state, Tensor) else {"h": state[0], "c": state[1]}


def close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_rows_of_states_are_the_layers_and_directions_they_are_said_to_be(family: str) -> None:
    """Rebuild each stack of layers from one-layer, one-direction layers, each with the row of h_0 and c_0 that `rows` names."""
    torch.manual_seed(0)
    checked = 0
    for kind, config in configurations(family, sizes=((4, 3, 2),)):
        module = built(kind, config)
        p = predict(module, batch=3, seq=5)
        label = repr(p.spec)
        assert len(p.rows) == p.h_n.sizes[0]
        x, start = torch.randn(p.input.sizes), random_states(p)
        output, state = module(x, as_argument(start))
        final, time = as_dict(state), p.input.names.index("seq")
        for layer in range(p.spec.num_layers):
            halves: list[Tensor] = []
            for way, suffix in (("forward", ""), ("reverse", "_reverse"))[: p.spec.directions]:
                row = p.rows.index(f"layer {layer} {way}")
                single = one_layer(p, module, layer, suffix)
                initial = as_argument({name: tensor[row : row + 1] for name, tensor in start.items()})
                read, ended = single(x if way == "forward" else x.flip(time), initial)
                for name, tensor in as_dict(ended).items():
                    assert close(final[name][row], tensor[0]), f"{label}: {name}_n[{row}] is not layer {layer} {way}"
                halves.append(read if way == "forward" else read.flip(time))
                checked += 1
            x = torch.cat(halves, -1)
        assert close(output, x), label
        sides = output.reshape(p.output.split_axes("hidden" if not p.spec.proj_size else "proj").sizes)
        last = {"forward": sides.select(time, -1), "reverse": sides.select(time, 0)}
        for side, (way, picked) in enumerate(list(last.items())[: p.spec.directions]):
            half = picked[:, side] if p.spec.bidirectional else picked
            row = p.rows.index(f"layer {p.spec.num_layers - 1} {way}")
            assert close(half, final["h"][row]), f"{label}: output of the last step {way} is not row {row} of h_n"
    assert checked == (1 + 2 + 3) * (1 + 2) * 2 * 2


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_rows_of_packed_states_belong_to_the_samples_in_the_order_given(kind: str) -> None:
    torch.manual_seed(0)
    lengths = (2, 5, 1, 3)
    module = getattr(nn, kind)(4, 3, 2, bidirectional=True)
    p = predict(module, lengths=lengths)
    x = torch.randn(5, 4, 4)
    output, state = module(pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False))
    padded, _ = pad_packed_sequence(output)
    assert p.padded is not None
    sides = padded.reshape(p.padded.split_axes("hidden").sizes)
    h_n = as_dict(state)["h"]
    for sample, length in enumerate(lengths):
        alone, ended = module(x[:length, sample])
        assert close(padded[:length, sample], alone)
        assert close(h_n[:, sample], as_dict(ended)["h"])
        assert close(h_n[p.rows.index("layer 1 forward"), sample], sides[length - 1, sample, 0])
        assert close(h_n[p.rows.index("layer 1 reverse"), sample], sides[0, sample, 1])
    # The packed data holds step 0 of every sample, longest first, then step 1 of those that go on.
    longest_first = sorted(range(4), key=lambda i: -lengths[i])
    order = [(step, sample) for step in range(5) for sample in longest_first if lengths[sample] > step]
    assert close(output.data, torch.stack([padded[at] for at in order]))
    assert p.batch_sizes == tuple(sum(step == s for s, _ in order) for step in range(5))


def by_axes(module: nn.Module, p: Prediction) -> dict[str, Tensor]:
    """Give every parameter one dimension for each axis that the calculator says is in it."""
    return {name: tensor.reshape(p.parameters[name].split_axes().sizes) for name, tensor in module.state_dict().items()}


def one_step(p: Prediction, weights: dict[str, Tensor], suffix: str, x: Tensor, states: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take one step as the equations in torch's documentation do; ``x`` is (batch, feature) or (directions, batch, hidden)."""
    spec = p.spec
    below = "gkF,bF->gbk" if x.dim() == 2 else "gkDH,DbH->gbk"

    def weight(name: str) -> Tensor:
        found = weights[name + suffix]
        return found if spec.gates > 1 else found.unsqueeze(0)

    from_x, from_h = torch.einsum(below, weight("weight_ih"), x), torch.einsum("gkH,bH->gbk", weight("weight_hh"), states["h"])
    if spec.bias:
        from_x, from_h = from_x + weight("bias_ih")[:, None], from_h + weight("bias_hh")[:, None]
    if spec.kind.startswith("RNN"):
        return {"h": torch.tanh(from_x + from_h)[0] if spec.mode == "RNN_TANH" else torch.relu(from_x + from_h)[0]}
    if spec.mode == "GRU":
        r, z = torch.sigmoid(from_x[0] + from_h[0]), torch.sigmoid(from_x[1] + from_h[1])
        return {"h": (1 - z) * torch.tanh(from_x[2] + r * from_h[2]) + z * states["h"]}
    i, f, g, o = from_x + from_h
    c = torch.sigmoid(f) * states["c"] + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return {"h": torch.einsum("pk,bk->bp", weights["weight_hr" + suffix], h) if spec.proj_size else h, "c": c}


@pytest.mark.parametrize("family", FAMILIES)
def test_axes_of_parameters_are_those_of_the_equations(family: str) -> None:
    """Compute every layer step by step from parameters split by their predicted axes: gates, hidden, directions, feature."""
    torch.manual_seed(0)
    checked = 0
    for kind, config in configurations(family, sizes=((4, 3, 2),), layers=2):
        module = built(kind, config)
        p = predict(module, batch=2, seq=3)
        weights = by_axes(module, p)
        real_input, start = torch.randn(p.input.sizes), random_states(p)
        output, state = module(real_input, as_argument(start))
        steps = list(real_input.unbind(p.input.names.index("seq")))
        for layer in range(p.spec.num_layers):
            read: list[list[Tensor]] = []
            for direction in range(p.spec.directions):
                row = layer * p.spec.directions + direction
                suffix = f"_l{layer}{'_reverse' * direction}"
                states = {name: tensor[row] for name, tensor in start.items()}
                visited: list[Tensor] = []
                for x in reversed(steps) if direction else steps:
                    states = one_step(p, weights, suffix, x, states)
                    visited.append(states["h"])
                assert all(close(states[n], t[row]) for n, t in as_dict(state).items()), f"{p.spec!r}: row {row}"
                read.append(visited[::-1] if direction else visited)
            steps = [torch.stack(both) if p.spec.bidirectional else both[0] for both in zip(*read, strict=True)]
        last = torch.stack([s.transpose(0, 1) if p.spec.bidirectional else s for s in steps], p.output.names.index("seq"))
        assert close(output.reshape(last.shape), last), f"{p.spec!r}: output"
        checked += 1
    assert checked == 2 * 2 * 2 * 2


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_axes_of_a_cells_parameters_are_those_of_the_equations(kind: str) -> None:
    torch.manual_seed(0)
    for bias in (True, False):
        cell = getattr(nn, kind)(4, 3, bias=bias)
        p = predict(cell, batch=2)
        x, start = torch.randn(p.input.sizes), random_states(p)
        ours = one_step(p, by_axes(cell, p), "", x, start)
        assert all(close(ours[n], t) for n, t in as_dict(cell(x, as_argument(start))).items())


# What it costs


def counted_by_hand(p: Prediction) -> int:
    """Count a multiplication and an addition for each weight that each real step of each sample meets, one at a time."""
    spec, count = p.spec, 0
    samples = 1 if p.batch is None else p.batch
    steps = p.lengths or ([1 if p.seq is None else p.seq] * samples)
    for length in steps:
        for _step in range(length):
            for layer in range(spec.num_layers):
                for _direction in range(spec.directions):
                    below = spec.input_size if layer == 0 else spec.directions * (spec.proj_size or spec.hidden_size)
                    for _gate in range({"LSTM": 4, "GRU": 3}.get(spec.mode, 1)):
                        for _unit in range(spec.hidden_size):
                            count += 2 * below  # a row of weight_ih
                            count += 2 * (spec.proj_size or spec.hidden_size)  # a row of weight_hh
                    for _projected in range(spec.proj_size):
                        count += 2 * spec.hidden_size  # a row of weight_hr
    return count


def counted_by_torch(module: nn.Module, *args: Any) -> int:
    with FlopCounterMode(display=False) as counter:
        module(*args)
    return counter.get_total_flops()


@pytest.mark.parametrize("family", FAMILIES)
def test_flops_are_those_of_torchs_counter_and_of_a_count_by_hand(family: str) -> None:
    checked = 0
    for kind, config in configurations(family, sizes=((3, 5, 2),), layers=2):
        module = built(kind, config)
        for batch, seq in ((None, 3), (1, 1), (2, 3)):
            p = predict(module, batch=batch, seq=seq)
            assert counted_by_hand(p) == p.flops == counted_by_torch(module, torch.zeros(p.input.sizes)), repr(p)
            symbolic = predict(module, batch=None) if batch is None else predict(module)
            assert symbolic.flops_per_step == p.flops_per_step
            checked += 1
        p = predict(module, lengths=(2, 1, 2))
        shape = (3, 2, 3) if p.spec.batch_first else (2, 3, 3)
        x = pack_padded_sequence(torch.zeros(shape), p.lengths, batch_first=p.spec.batch_first, enforce_sorted=False)
        assert counted_by_hand(p) == p.flops == counted_by_torch(module, x), repr(p)
        checked += 1
    assert checked == 2 * 2 * 2 * 2 * 4


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_flops_of_cells(kind: str) -> None:
    for batch, bias in product((None, 1, 6), (True, False)):
        cell = getattr(nn, kind)(3, 5, bias=bias)
        p = predict(cell, batch=batch)
        assert counted_by_hand(p) == p.flops == counted_by_torch(cell, torch.zeros(p.input.sizes)), repr(p)


def test_symbolic_flops_are_the_product_of_the_symbols() -> None:
    p = predict("LSTM", 10, 16, num_layers=2, bidirectional=True)
    assert str(p.flops) == "18944*B*T"
    assert predict(p.spec, batch=6, seq=9).flops == 18944 * 6 * 9
