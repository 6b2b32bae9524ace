"""What is predicted of a whole model: one `ModuleCall` for each call of a module, in order, and the totals.

Both ways to it, a live module and a model in a file, end here; the renderers begin here. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rnnshape.layout import Layout
from rnnshape.report import Finding
from rnnshape.sizes import Size, Total, product
from rnnshape.text import nearest

__all__ = ["ITEM_SIZE", "ModelPrediction", "ModuleCall", "Value"]

ITEM_SIZE = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "complex64": 8, "complex128": 16,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1,
}  # fmt: skip
"""Bytes of one element."""


@dataclass(frozen=True, slots=True)
class Value:
    """One tensor that goes into a module or comes out of it.

    Attributes:
        name: "input", "h_0", "output", "h_n", ..., or the name of an argument.
        layout: its Layout; a dim that nobody can vouch for is ``?``.
        dtype: of its elements.
    """

    name: str
    layout: Layout
    dtype: str = "float32"

    @property
    def bytes(self) -> Size:
        """Bytes of its elements."""
        return product((self.layout.numel(), ITEM_SIZE[self.dtype]))


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One call of one module.

    Attributes:
        path: of the module in the model, "encoder.rnn"; empty for the model itself. In a file, the name of the layer.
        kind: its class, "LSTM".
        spec: its configuration, as torch prints it, "LSTM(10, 16, bidirectional=True)".
        inputs: the tensors that go in, in order.
        outputs: those that come out; of a recurrent layer always output, h_n and, for an LSTM, c_n.
        parameters: how many it has itself and in its submodules.
        flops: floating point operations of the matrix products in this call, submodules included.
        depth: how deep the module was called in others; 0 for the model.
        number: which call of this module it is, from 1.
        same_as: the path under which the same module object was met first, where it is shared; else empty.
        line: where it stands in the file, from 1; None for live code.
        notes: what a person should know, such as that a size depends on data.
    """

    path: str
    kind: str
    spec: str
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    parameters: int = 0
    flops: Total = field(default_factory=Total)
    depth: int = 0
    number: int = 1
    same_as: str = ""
    line: int | None = None
    notes: tuple[str, ...] = ()

    def layout(self, name: str) -> Layout | None:
        """Return the Layout of a tensor by its name, None where there is none."""
        return next((v.layout for v in (*self.outputs, *self.inputs) if v.name == name), None)


@dataclass(frozen=True, repr=False)
class ModelPrediction:
    """Every call of every module of a model, as Layouts, before anything has run.

    Attributes:
        title: the model's class, or the file's name.
        calls: in the order in which they begin; the first is the model itself.
        findings: what the rules have found.
        parameters: of the whole model, each counted once.
        parameter_bytes: their bytes.
        activation_bytes: of everything that modules without submodules return.
        peak_bytes: the most that is alive at once during a forward pass without gradients, parameters not counted; None where unknown.
        unfollowed: operations through which the axes could not be followed.
        notes: what a person should know.
    """

    title: str
    calls: tuple[ModuleCall, ...]
    findings: tuple[Finding, ...] = ()
    parameters: int = 0
    parameter_bytes: int = 0
    activation_bytes: Total = field(default_factory=Total)
    peak_bytes: Total | None = None
    unfollowed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def flops(self) -> Total:
        """Floating point operations of the matrix products in one forward pass."""
        return self.calls[0].flops if self.calls else Total()

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error or warning."""
        return not any(f.severity in ("error", "warning") for f in self.findings)

    def __getitem__(self, path: str) -> ModuleCall:
        """Return the first call of a module by its path.

        Raises:
            KeyError: where no module of that path was called.
        """
        for call in self.calls:
            if call.path == path:
                return call
        paths = list(dict.fromkeys(c.path for c in self.calls))
        raise KeyError(f"no module {path!r} was called{nearest(path, paths) or '; there are ' + ', '.join(filter(None, paths))}")

    def __iter__(self) -> Iterator[ModuleCall]:
        return iter(self.calls)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data; a Layout is ``{"layout": str, "sizes": list}``."""
        raise NotImplementedError
