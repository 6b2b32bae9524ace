"""The calculator: the Layout of every tensor and parameter of a recurrent layer, from its configuration alone.

Sizes and layouts are those of the ``Inputs``, ``Outputs`` and ``Variables`` sections of torch's documentation of nn.RNN, nn.LSTM,
nn.GRU and the cells. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rnnshape import text
from rnnshape.axes import Axis, Dim, Factor, whole
from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout import Layout
from rnnshape.sizes import Monomial, Size, parse_size, product
from rnnshape.spec import RNNSpec

__all__ = ["Prediction", "predict"]

BATCH, SEQ, FEATURE, HIDDEN = Axis("batch"), Axis("seq"), Axis("feature"), Axis("hidden")
LAYERS, DIRECTIONS, GATES, PROJ, PACKED = Axis("layers"), Axis("directions"), Axis("gates"), Axis("proj"), Axis("packed")

_ITEM_SIZE = {"float64": 8, "double": 8, "float32": 4, "float": 4, "float16": 2, "half": 2, "bfloat16": 2}


def predict(
    what: str | RNNSpec | object,
    /,
    *args: Any,
    batch: int | str | None = "B",
    seq: int | str | None = "T",
    lengths: Sequence[int] | None = None,
    dtype: object = "float32",
    **config: Any,
) -> Prediction:
    """Predict the Layout of every tensor of a recurrent layer.

    Args:
        what: a layer's name ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"), an `RNNSpec`, or a live module.
        args: torch's positional constructor arguments, where ``what`` is a name: input_size, hidden_size, ...
        batch: samples; a symbol such as "B"; None for unbatched input.
        seq: steps; a symbol such as "T". A cell has none.
        lengths: real steps of each sample, for a PackedSequence. They decide batch and seq, which may be left out.
        dtype: of parameters and tensors, for the bytes: "float32", torch.float16, ...
        config: torch's constructor arguments, where ``what`` is a name.

    Returns:
        A `Prediction`; its repr is a table.

    Raises:
        SpecError: for a configuration that torch rejects, or sizes that contradict each other.

    >>> predict("GRU", 4, 8, batch=3, seq=5).output.sizes
    (5, 3, 8)
    >>> print(predict("LSTM", input_size=10, hidden_size=16, bidirectional=True, batch_first=True).output)
    batch=B seq=T (directions=2 hidden=16)
    """
    spec = _spec_of(what, args, config)
    rows = None if batch is None else _size("batch", batch)
    steps = None if spec.cell else _size("seq", seq)
    if lengths is not None:
        packed = _lengths(spec, lengths)
        if isinstance(rows, int) and rows != len(packed):
            raise SpecError(f"batch={rows}: lengths has {text.count(len(packed), 'sample')}; leave batch out")
        if isinstance(steps, int) and steps < packed[0]:
            raise SpecError(f"seq={steps}: the longest of lengths is {packed[0]}; leave seq out")
        return Prediction(spec, len(packed), steps if isinstance(steps, int) else packed[0], tuple(lengths), _item(dtype))
    return Prediction(spec, rows, steps, None, _item(dtype))


def _spec_of(what: object, args: tuple[Any, ...], config: dict[str, Any]) -> RNNSpec:
    if isinstance(what, str):
        return RNNSpec.of(what, *args, **config)
    if config or args:
        extra = f"{next(iter(config))}=" if config else repr(args[0])
        raise SpecTypeError(f"{extra} belongs to a layer given by its name, such as predict('LSTM', 10, 16); this one is complete")
    return what if isinstance(what, RNNSpec) else RNNSpec.from_module(what)


def _size(name: str, value: int | str | None) -> Size:
    if value is None:
        raise SpecTypeError(f"{name}=None: a number is needed, or a symbol such as {name[0].upper()!r}")
    try:
        return parse_size(value)
    except ValueError as error:
        raise SpecError(f"{name}={value!r}: {error}") from None


def _lengths(spec: RNNSpec, lengths: Sequence[int]) -> list[int]:
    if spec.cell:
        raise SpecTypeError(f"lengths={list(lengths)}: a cell takes one step and no PackedSequence; use {spec.kind[:-4]}")
    found = sorted(lengths, reverse=True)
    if not found or found[-1] < 1:
        raise SpecError(f"lengths={list(lengths)}: one number for each sample is needed, 1 or more, as torch demands")
    return found


def _item(dtype: object) -> str:
    name = str(dtype).removeprefix("torch.")
    if name not in _ITEM_SIZE:
        raise SpecError(f"dtype={name!r}: recurrent layers compute in one of {', '.join(_ITEM_SIZE)}")
    return name


@dataclass(frozen=True, repr=False)
class Prediction:
    """Every tensor of a recurrent layer, as Layouts.

    Attributes:
        spec: the configuration.
        batch: samples; None for unbatched input.
        seq: steps (of the longest sample); None for a cell.
        lengths: steps of each sample where the input is packed, else None.
        dtype: of all tensors.
    """

    spec: RNNSpec
    batch: Size | None
    seq: Size | None
    lengths: tuple[int, ...] | None = None
    dtype: str = "float32"

    # Tensors

    @cached_property
    def input(self) -> Layout:
        """The input; of a PackedSequence, its ``data``."""
        return Layout((*self._leading, (whole(FEATURE, self.spec.input_size),)))

    @cached_property
    def h_0(self) -> Layout:
        """The initial hidden state; the same as `h_n`."""
        return Layout((*self._state_leading, (self._state,)))

    @cached_property
    def c_0(self) -> Layout | None:
        """The initial cell state of an LSTM; the same as `c_n`."""
        if not self.spec.has_cell_state:
            return None
        return Layout((*self._state_leading, (whole(HIDDEN, self.spec.hidden_size),)))

    @cached_property
    def output(self) -> Layout:
        """The output: the last layer's hidden state at every step; of a PackedSequence, its ``data``. A cell's is its h_1."""
        if self.spec.cell:
            return self.h_0
        hidden = (whole(DIRECTIONS, 2), self._state) if self.spec.bidirectional else (self._state,)
        return Layout((*self._leading, hidden))

    @property
    def h_n(self) -> Layout:
        """The final hidden state of every layer and direction; never batch-first."""
        return self.h_0

    @property
    def c_n(self) -> Layout | None:
        """The final cell state of an LSTM; never batch-first."""
        return self.c_0

    @cached_property
    def padded(self) -> Layout | None:
        """The padded tensor that a packed input stands for, and that ``pad_packed_sequence`` makes of the output."""
        if self.lengths is None:
            return None
        return Layout((*_ordered(self.spec, self._batch, self._seq), self.output.dims[-1]))

    @cached_property
    def batch_sizes(self) -> tuple[int, ...] | None:
        """Samples that still run at each step of a PackedSequence."""
        if self.lengths is None:
            return None
        return tuple(sum(n > step for n in self.lengths) for step in range(max(self.lengths)))

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """What each row of h_n and c_n is.

        >>> predict("GRU", input_size=1, hidden_size=2, bidirectional=True).rows
        ('layer 0 forward', 'layer 0 reverse')
        """
        if self.spec.cell:
            return ()
        ways = ("forward", "reverse")[: self.spec.directions]
        return tuple(f"layer {layer} {way}" for layer in range(self.spec.num_layers) for way in ways)

    @cached_property
    def _state(self) -> Factor:
        return whole(PROJ if self.spec.proj_size else HIDDEN, self.spec.state_size)

    @cached_property
    def _batch(self) -> tuple[Dim, ...]:
        return () if self.batch is None else ((whole(BATCH, self.batch),),)

    @cached_property
    def _seq(self) -> tuple[Dim, ...]:
        return () if self.seq is None else ((whole(SEQ, self.seq),),)

    @cached_property
    def _leading(self) -> tuple[Dim, ...]:
        if self.lengths is not None:
            return ((whole(PACKED, sum(self.lengths)),),)
        return _ordered(self.spec, self._batch, self._seq)

    @cached_property
    def _state_leading(self) -> tuple[Dim, ...]:
        spec = self.spec
        if spec.cell:
            return self._batch
        layers = whole(LAYERS, spec.num_layers)
        return ((layers, whole(DIRECTIONS, 2)) if spec.bidirectional else (layers,), *self._batch)

    # Parameters and costs

    @cached_property
    def parameters(self) -> dict[str, Layout]:
        """The Layout of every parameter, under torch's name and in torch's order."""
        spec = self.spec
        state: Dim = (self._state,)
        gates: Dim = (whole(HIDDEN, spec.hidden_size),)
        if spec.gates > 1:
            gates = (whole(GATES, spec.gates), *gates)
        found: dict[str, Layout] = {}
        for layer in range(spec.num_layers):
            below: Dim = (whole(FEATURE, spec.input_size),) if layer == 0 else self.output.dims[-1]
            for way in ("", "_reverse")[: spec.directions]:
                suffix = "" if spec.cell else f"_l{layer}{way}"
                found["weight_ih" + suffix] = Layout((gates, below))
                found["weight_hh" + suffix] = Layout((gates, state))
                if spec.bias:
                    found["bias_ih" + suffix] = found["bias_hh" + suffix] = Layout((gates,))
                if spec.proj_size:
                    found["weight_hr" + suffix] = Layout((state, (whole(HIDDEN, spec.hidden_size),)))
        return found

    @cached_property
    def parameter_count(self) -> int:
        """The number of parameters."""
        spec = self.spec
        rows, state = spec.gates * spec.hidden_size, spec.state_size
        per_direction = rows * (state + 2 * spec.bias) + spec.proj_size * spec.hidden_size
        below = spec.input_size + (spec.num_layers - 1) * spec.directions * state
        return spec.directions * (spec.num_layers * per_direction + rows * below)

    @cached_property
    def flops_per_step(self) -> int:
        """Floating point operations of the matrix products, for one step of one sample.

        Each layer and direction multiplies its input and its state by (gates x hidden_size) rows, and projects: with
        a multiplication and an addition counted as two,
        ``2 * (gates * hidden_size * (inputs + state_size) + proj_size * hidden_size)``. Elementwise work is not counted.
        """
        spec = self.spec
        biases = 2 * spec.bias * spec.gates * spec.hidden_size * spec.num_layers * spec.directions
        return 2 * (self.parameter_count - biases)

    @cached_property
    def flops(self) -> Size:
        """Floating point operations of the matrix products in one forward pass; packed steps are counted by real length."""
        return product((self.flops_per_step, *self._steps))

    @cached_property
    def _steps(self) -> tuple[Size, ...]:
        if self.lengths is not None:
            return (sum(self.lengths),)
        return tuple(s for s in (self.seq, self.batch) if s is not None)

    @cached_property
    def bytes(self) -> dict[str, Size]:
        """Bytes of the parameters and of each tensor."""
        item = _ITEM_SIZE[self.dtype]
        sizes: dict[str, Size] = {"parameters": self.parameter_count * item}
        for name in ("input", "output", "h_n", "c_n"):
            layout: Layout | None = getattr(self, name)
            if layout is not None:
                sizes[name] = product((layout.numel(), item))
        return sizes

    # For people and programs

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data; a Layout is ``{"layout": str, "sizes": list}``."""

        def plain(size: Size | None) -> int | str | None:
            return str(size) if isinstance(size, Monomial) else size

        def entry(layout: Layout | None) -> dict[str, Any] | None:
            return layout and {"layout": str(layout), "sizes": [plain(s) for s in layout.sizes]}

        return {
            "spec": self.spec.to_dict(),
            "batch": plain(self.batch),
            "seq": plain(self.seq),
            "lengths": self.lengths and list(self.lengths),
            "batch_sizes": self.batch_sizes and list(self.batch_sizes),
            "dtype": self.dtype,
            "tensors": {name: entry(getattr(self, name)) for name in ("input", "h_0", "c_0", "output", "h_n", "c_n", "padded")},
            "h_n_rows": list(self.rows),
            "parameters": {name: entry(layout) for name, layout in self.parameters.items()},
            "parameter_count": self.parameter_count,
            "flops_per_step": self.flops_per_step,
            "flops": plain(self.flops),
            "bytes": {name: plain(size) for name, size in self.bytes.items()},
        }

    def __repr__(self) -> str:
        return "\n".join(_table(self))


def _ordered(spec: RNNSpec, batch: tuple[Dim, ...], seq: tuple[Dim, ...]) -> tuple[Dim, ...]:
    return (*batch, *seq) if spec.batch_first else (*seq, *batch)


def _table(p: Prediction) -> list[str]:
    """Lay a prediction out for a person: axis words, sizes, torch's letters, and what each tensor is."""
    spec = p.spec
    title = repr(spec)
    if spec.cell:
        title += "    one step" + ("" if p.batch is not None else ", unbatched")
    elif p.lengths is not None:
        title += f"    packed, lengths {text.listed(p.lengths)}"
    elif p.batch is None:
        title += "    unbatched"
    else:
        title += "" if spec.batch_first else "    batch_first=False"
    final = "h_1 c_1" if spec.cell else "h_n c_n"
    cells = [["input", p.input, _letters(p, "H_in"), "PackedSequence.data" if p.lengths is not None else ""]]
    cells.append(["h_0", p.h_0, _state_letters(p, "H_out"), "zeros unless given"])
    if p.c_0 is not None:
        cells.append(["c_0", p.c_0, _state_letters(p, "H_cell"), "zeros unless given"])
    if not spec.cell:
        way = "both directions" if spec.bidirectional else "the last layer"
        cells.append(["output", p.output, _letters(p, "D*H_out"), f"{way} at every step"])
    where = "the new state" if spec.cell else "every layer at its final step"
    never = "; never batch-first" if spec.batch_first and p.batch is not None else ""
    cells.append([final[:3], p.h_n, _state_letters(p, "H_out"), where + never])
    if p.c_n is not None:
        cells.append([final[4:], p.c_n, _state_letters(p, "H_cell"), where + never])
    if p.padded is not None:
        letters = "(N, L, D*H_out)" if spec.batch_first else "(L, N, D*H_out)"
        cells.append(["padded", p.padded, letters, "what pad_packed_sequence makes of output"])
    rows = [[n, str(v), text.sizes(v.sizes), letters, what] for n, v, letters, what in cells if isinstance(v, Layout)]
    return [title, *text.columns(rows), *_row_lines(p), *_cost_lines(p)]


def _letters(p: Prediction, last: str) -> str:
    if p.lengths is not None:
        return f"(sum of lengths, {last})"
    if p.spec.cell:
        return f"({'N, ' if p.batch is not None else ''}{last})"
    order = ["L"] if p.batch is None else ["N", "L"] if p.spec.batch_first else ["L", "N"]
    return f"({', '.join([*order, last])})"


def _state_letters(p: Prediction, last: str) -> str:
    first = [] if p.spec.cell else ["D*num_layers"]
    return f"({', '.join([*first, *(['N'] if p.batch is not None else []), last])})"


def _row_lines(p: Prediction) -> list[str]:
    lines: list[str] = []
    if len(p.rows) > 1:
        shown = [f"row {i}: {name}" for i, name in enumerate(p.rows)]
        tensors = "h_n and c_n" if p.c_n is not None else "h_n"
        lines = [f"  rows of {tensors}:"]
        lines += text.columns([shown[i : i + 4] for i in range(0, len(shown), 4)], indent="    ", gap="   ")
    if p.batch_sizes is not None:
        lines.append(f"  batch_sizes: {', '.join(map(str, p.batch_sizes))}")
    return lines


def _cost_lines(p: Prediction) -> list[str]:
    factors = [f"{p.flops_per_step:,}"]
    if p.lengths is not None:
        padded = product((p.batch or 1, p.seq or 1))
        factors.append(f"{text.count(sum(p.lengths), 'real step')} (of {padded} padded)")
    else:
        factors += [f"{p.seq} steps"] if p.seq is not None else []
        factors += [f"{p.batch} samples"] if p.batch is not None else []
    size = text.data_size(p.bytes["parameters"])
    return [
        f"  {text.count(p.parameter_count, 'parameter')}, {size} as {p.dtype}",
        f"  {text.flops(p.flops)} in matrix products: {' x '.join(factors)}",
    ]
