"""The calculator: the Layout of every tensor and parameter of a recurrent layer, and what they cost, from its configuration.

Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, SupportsIndex, cast

from rnnshape import text
from rnnshape.calculator.arguments import dtype_of, lengths_of, size_of, spec_of
from rnnshape.calculator.costs import ITEM_SIZE, Scale, flops, flops_per_step, parameters, saved_bytes, state_bytes
from rnnshape.calculator.peak import peak_elements
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calculator.tables import table
from rnnshape.calculator.tensors import Tensors, parameters_of, tensors_of
from rnnshape.drawing.pictured import Pictured
from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import LARGEST, Quantity, Size, Total, product, single

if TYPE_CHECKING:
    from rnnshape.calculator.comparison import Difference
    from rnnshape.calculator.explanation import Explanation
    from rnnshape.calculator.scaling import Scaling
    from rnnshape.drawing.picture import Picture

__all__ = ["Prediction", "predict"]


def predict(
    what: str | RNNSpec | object,
    /,
    *args: object,
    batch: int | str | None = "B",
    seq: int | str | None = "T",
    lengths: Iterable[SupportsIndex] | None = None,
    dtype: object = "float32",
    **config: object,
) -> Prediction:
    """Predict the Layout of every tensor of a recurrent layer.

    Args:
        what: a layer's name ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"), an `RNNSpec`, or a live module.
        args: torch's positional constructor arguments, where ``what`` is a name: input_size, hidden_size, ...
        batch: samples; a symbol such as "B"; None for unbatched input.
        seq: steps; a symbol such as "T". A cell has none. With lengths, the steps of the padded tensor that was packed.
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
    spec = spec_of(what, args, config)
    rows = None if batch is None else size_of("batch", batch)
    steps = None if spec.cell else size_of("seq", seq)
    if steps == 0:
        raise SpecError("seq=0: 1 or more is needed, as torch demands")
    if lengths is None:
        return _held(Prediction(spec, rows, steps, None, dtype_of(dtype)))
    packed = lengths_of(spec, lengths)
    if rows is None or (isinstance(rows, int) and rows != len(packed)):
        raise SpecError(f"batch={rows}: lengths has {text.count(len(packed), 'sample')}; leave batch out")
    if isinstance(steps, int) and steps < max(packed):
        raise SpecError(f"seq={steps}: the longest of lengths is {max(packed)}; leave seq out")
    padded = steps if isinstance(steps, int) else max(packed)
    return _held(Prediction(spec, len(packed), padded, packed, dtype_of(dtype)))


def _held(p: Prediction) -> Prediction:
    """Return a prediction as it is, where torch can hold every tensor of it.

    Raises:
        SpecError: for the first one of too many elements.
    """
    spec = p.spec
    rows, steps, state, directions = _least(p.batch), _least(p.seq), spec.state_size, spec.directions
    output = directions * state
    below = max(spec.input_size, output if spec.num_layers > 1 else state)
    counts = (
        spec.gates * spec.hidden_size * below,
        rows * steps * spec.input_size,
        rows * steps * output,
        rows * spec.num_layers * directions * spec.hidden_size,
    )
    if max(counts) > LARGEST:
        names = ("a weight", "the input", "the output", "the state")
        name = next(name for name, count in zip(names, counts, strict=True) if count > LARGEST)
        raise SpecError(f"{spec!r}: {name} has more than {LARGEST} elements, and no tensor of torch's has; use smaller sizes")
    return p


def _least(size: Size | None) -> int:
    """Return a size, with 1 for each symbol in it, and for none."""
    return size if isinstance(size, int) else size.coefficient if size is not None else 1


@dataclass(frozen=True, repr=False)
class Prediction(Pictured):
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
    def _tensors(self) -> Tensors:
        return tensors_of(self.spec, self.batch, self.seq, self.lengths)

    @property
    def input(self) -> Layout:
        """The input; of a PackedSequence, its ``data``."""
        return self._tensors.input

    @property
    def h_0(self) -> Layout:
        """The initial hidden state; the same as `h_n`."""
        return self._tensors.h_n

    @property
    def c_0(self) -> Layout | None:
        """The initial cell state of an LSTM; the same as `c_n`."""
        return self._tensors.c_n

    @property
    def output(self) -> Layout:
        """The output: the last layer's hidden state at every step; of a PackedSequence, its ``data``. A cell's is its h_1."""
        return self._tensors.output

    @property
    def h_n(self) -> Layout:
        """The final hidden state of every layer and direction; never batch-first."""
        return self._tensors.h_n

    @property
    def c_n(self) -> Layout | None:
        """The final cell state of an LSTM; never batch-first."""
        return self._tensors.c_n

    @property
    def padded(self) -> Layout | None:
        """The padded tensor that a packed input stands for, and that ``pad_packed_sequence`` makes of the output."""
        if self.lengths is None:
            return None
        return tensors_of(self.spec, self.batch, max(self.lengths)).output

    @cached_property
    def batch_sizes(self) -> tuple[int, ...] | None:
        """Samples that still run at each step of a PackedSequence."""
        if self.lengths is None:
            return None
        still = len(self.lengths)
        found: list[int] = []
        for number, length in enumerate(sorted(self.lengths)):
            found += [still - number] * (length - len(found))
        return tuple(found)

    @property
    def rows(self) -> tuple[str, ...]:
        """What each row of h_n and c_n is.

        >>> predict("GRU", input_size=1, hidden_size=2, bidirectional=True).rows
        ('layer 0 forward', 'layer 0 reverse')
        """
        if self.spec.cell:
            return ()
        ways = ("forward", "reverse")[: self.spec.directions]
        return tuple(f"layer {layer} {way}" for layer in range(self.spec.num_layers) for way in ways)

    # Parameters and costs

    @cached_property
    def parameters(self) -> dict[str, Layout]:
        """The Layout of every parameter, under torch's name and in torch's order."""
        return parameters_of(self.spec)

    @cached_property
    def scale(self) -> Scale:
        """The sizes that the costs are computed from; a symbol is a `Total`."""
        return Scale.of(self.spec, self.batch, self.seq, self.lengths, ITEM_SIZE[self.dtype])

    @cached_property
    def parameter_count(self) -> int:
        """The number of parameters."""
        return cast("int", parameters(self.spec, self.scale))

    @cached_property
    def flops_per_step(self) -> int:
        """Floating point operations of the matrix products, for one step of one sample.

        Each layer and direction multiplies its input and its state by (gates x hidden_size) rows, and projects: with
        a multiplication and an addition counted as two,
        ``2 * (gates * hidden_size * (inputs + state_size) + proj_size * hidden_size)``. Elementwise work is not counted.
        """
        return cast("int", flops_per_step(self.spec, self.scale))

    @property
    def flops(self) -> Size:
        """Floating point operations of the matrix products in one forward pass; packed steps are counted by real length."""
        return single(flops(self.spec, self.scale))

    @property
    def state_bytes(self) -> Size:
        """Bytes of the final state: h_n and, for an LSTM, c_n."""
        return single(state_bytes(self.spec, self.scale))

    @property
    def saved_bytes(self) -> Quantity:
        """Bytes that autograd keeps from a forward pass in train mode until backward; see `costs.saved_bytes`.

        >>> predict("LSTM", 10, 16, batch=6, seq=9).saved_bytes
        26352
        """
        return saved_bytes(self.spec, self.scale)

    @property
    def peak_bytes(self) -> int | None:
        """Bytes alive at the peak of a forward pass without gradients, parameters left out; see `peak.peak_elements`.

        None where a size is a symbol, and of a packed input.

        >>> predict("LSTM", 10, 16, batch=6, seq=9).peak_bytes
        24048
        """
        batch, seq = 1 if self.batch is None else self.batch, 1 if self.seq is None else self.seq
        if self.lengths is not None or not isinstance(batch, int) or not isinstance(seq, int):
            return None
        transposed = self.spec.batch_first and batch > 1 and seq > 1
        return ITEM_SIZE[self.dtype] * peak_elements(self.spec, batch, seq, transposed)

    @property
    def bytes(self) -> dict[str, Size]:
        """Bytes of the parameters and of each tensor."""
        item = ITEM_SIZE[self.dtype]
        sizes: dict[str, Size] = {"parameters": self.parameter_count * item}
        for name, layout in (("input", self.input), ("output", self.output), ("h_n", self.h_n), ("c_n", self.c_n)):
            if layout is not None:
                sizes[name] = product((layout.numel(), item))
        return sizes

    # For people and programs; what only some ask for is imported when they do

    @property
    def picture(self) -> Picture:
        """The layer over its steps, with output and h_n framed where they lie."""
        from rnnshape.calculator.pictures.layer import picture_of

        return picture_of(self)

    def scaling(self) -> Scaling:
        """Tell how parameters, operations and bytes grow with T, B, H, L and D; the repr is a table.

        >>> predict("RNN", 4, 8, batch=3, seq=5).scaling()
        RNN(4, 8)    batch_first=False
                                  2 x T   2 x B  2 x H   2 x L   D 1 to 2
          parameter_count  112    same    same   x 3.14  x 2.29  x 2
          flops_per_step   192    same    same   x 3.33  x 2.33  x 2
          flops            2,880  x 2     x 2    x 3.33  x 2.33  x 2
          state_bytes      96     same    x 2    x 2     x 2     x 2
          saved_bytes      816    x 1.88  x 2    x 1.71  x 2.29  x 1.71
          with T=5 seq, B=3 batch, I=4 input_size, H=8 hidden_size, L=1 num_layers, D=1 directions
          parameter_count  = D*D*H*H*L - D*D*H*H + D*H*H*L + D*H*I + 2*D*H*L
          flops_per_step   = 2*D*D*H*H*L - 2*D*D*H*H + 2*D*H*H*L + 2*D*H*I
          flops            = 2*B*D*D*H*H*L*T - 2*B*D*D*H*H*T + 2*B*D*H*H*L*T + 2*B*D*H*I*T
          state_bytes      = 4*B*D*H*L
          saved_bytes      = 8*B*D*H*L*T + 4*B*D*H*L - 4*B*D*H*T + 4*B*I*T
        """
        from rnnshape.calculator.scaling import scaling

        return scaling(self)

    def explain(self) -> Explanation:
        """Say where every size and every count comes from; the repr is a table.

        >>> predict("GRU", 4, 8, bidirectional=True, batch=3, seq=5).explain()
        GRU(4, 8, bidirectional=True)    batch_first=False
          input   (5, 3, 4)   5 = seq; 3 = batch; 4 = feature
          h_0     (2, 3, 8)   2 = 1 layer x 2 directions; 3 = batch; 8 = hidden
          output  (5, 3, 16)  5 = seq; 3 = batch; 16 = 2 directions x 8 hidden
          ...
            FLOPs                17,280 = 1,152 x 5 seq x 3 batch
            bytes of state       192 = 48 x 4 bytes of float32
        """
        from rnnshape.calculator.explanation import explain

        return explain(self)

    def diff(self, other: Prediction) -> Difference:
        """Compare with another prediction: what differs in the configuration, and what that changes; the repr is a table.

        >>> predict("GRU", 4, 8, batch=3, seq=5).diff(predict("GRU", 4, 8, batch=3, seq=5, batch_first=True))
        GRU(4, 8) -> GRU(4, 8, batch_first=True)
          batch_first  False                               ->  True
          input        seq=5 batch=3 feature=4  (5, 3, 4)  ->  batch=3 seq=5 feature=4  (3, 5, 4)
          output       seq=5 batch=3 hidden=8   (5, 3, 8)  ->  batch=3 seq=5 hidden=8   (3, 5, 8)
          peak_bytes   2,736                               ->  3,216                    x 1.175
        """
        if not isinstance(cast("object", other), Prediction):
            raise SpecTypeError(f"diff({type(other).__name__}): a prediction is needed, as in p.diff(predict('GRU', 4, 8))")
        from rnnshape.calculator.comparison import difference

        return difference(self, other)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data; a Layout is ``{"layout": str, "sizes": list}``."""

        def plain(size: Size | Total | None) -> int | str | None:
            return size if isinstance(size, int) or size is None else str(size)

        def entry(layout: Layout | None) -> dict[str, object] | None:
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
            "state_bytes": plain(self.state_bytes),
            "saved_bytes": plain(self.saved_bytes),
            "peak_bytes": self.peak_bytes,
            "bytes": {name: plain(size) for name, size in self.bytes.items()},
        }

    def __repr__(self) -> str:
        return text.fitted("\n".join(table(self)))
