"""Where every size and count of a prediction comes from: the arguments, axes and factors behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnshape import text
from rnnshape.calculator.origins import origin_of, origins
from rnnshape.calculator.tables import title
from rnnshape.layout.layout import Layout

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["Explanation", "explain"]

_GATES = {4: "i, f, g and o of an LSTM", 3: "r, z and n of a GRU"}


@dataclass(frozen=True, repr=False)
class Explanation:
    """Where every size of a prediction comes from; its repr is a table.

    Attributes:
        title: the layer.
        tensors: ``(name, layout, note)`` of every tensor.
        parameters: ``(names, layout)``; parameters of one Layout are one entry.
        axes: what decides the size of each axis, such as ``("hidden", "hidden_size=16")``.
        counts: ``(what, number, where it comes from)`` of every count.
    """

    title: str
    tensors: tuple[tuple[str, Layout, str], ...]
    parameters: tuple[tuple[tuple[str, ...], Layout], ...]
    axes: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data."""

        def entry(layout: Layout) -> dict[str, object]:
            sizes = [size if isinstance(size, int) else str(size) for size in layout.sizes]
            return {"layout": str(layout), "sizes": sizes, "origins": list(origins(layout))}

        return {
            "layer": self.title,
            "tensors": {name: entry(layout) | ({"note": note} if note else {}) for name, layout, note in self.tensors},
            "parameters": {name: entry(layout) for names, layout in self.parameters for name in names},
            "axes": dict(self.axes),
            "counts": {what: {"number": number, "origin": origin} for what, number, origin in self.counts},
        }

    def __repr__(self) -> str:
        tensors = [[name, text.sizes(at.sizes), f"{origin_of(at)}; {note}".rstrip("; ")] for name, at, note in self.tensors]
        parameters = [[_few(names), text.sizes(at.sizes), origin_of(at)] for names, at in self.parameters]
        counts = [[what, f"{number} = {origin}"] for what, number, origin in self.counts]
        lines = [self.title, *text.columns(tensors)]
        for heading, rows in (("parameters", parameters), ("axes", self.axes), ("counts", counts)):
            lines += [f"  {heading}", *text.columns(rows, indent="    ")]
        return text.fitted("\n".join(lines))


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) < 3 else f"{names[0]}, ... ({len(names)} of this size)"


def explain(p: Prediction) -> Explanation:
    """Say where every size, every count and every byte of a prediction comes from."""
    never = "never batch-first" if p.spec.batch_first and p.batch is not None else ""
    final = ("h_1", "c_1") if p.spec.cell else ("h_n", "c_n")
    found: list[tuple[str, Layout | None, str]] = [("input", p.input, ""), ("h_0", p.h_0, never), ("c_0", p.c_0, never)]
    found += [] if p.spec.cell else [("output", p.output, "")]
    found += [(final[0], p.h_n, never), (final[1], p.c_n, never), ("padded", p.padded, "")]
    kinds: dict[Layout, tuple[str, ...]] = {}
    for name, layout in p.parameters.items():
        kinds[layout] = (*kinds.get(layout, ()), name)
    return Explanation(
        title=title(p),
        tensors=tuple((name, layout, note) for name, layout, note in found if layout is not None),
        parameters=tuple((names, layout) for layout, names in kinds.items()),
        axes=_axes(p),
        counts=_counts(p),
    )


def _axes(p: Prediction) -> tuple[tuple[str, str], ...]:
    """Say what decides the size of each axis that is in a tensor or a parameter."""
    spec = p.spec
    decided = {
        "batch": f"batch={p.batch}" if p.lengths is None else f"{len(p.lengths)} lengths",
        "seq": f"seq={p.seq}" if p.lengths is None else f"{max(p.lengths)}, the longest of lengths",
        "packed": f"{' + '.join(map(str, p.lengths or ()))}, the lengths",
        "feature": f"input_size={spec.input_size}",
        "hidden": f"hidden_size={spec.hidden_size}",
        "proj": f"proj_size={spec.proj_size}",
        "layers": f"num_layers={spec.num_layers}",
        "directions": f"bidirectional={spec.bidirectional}",
        "gates": _GATES.get(spec.gates, ""),
    }
    layouts = [p.input, p.output, p.h_n, *([p.padded] if p.padded else []), *p.parameters.values()]
    present = {axis.name for layout in layouts for axis in layout.axes}
    return tuple((name, what) for name, what in decided.items() if name in present)


def _counts(p: Prediction) -> tuple[tuple[str, str, str], ...]:
    biases = sum(_elements(layout) for name, layout in p.parameters.items() if name.startswith("bias"))
    matrices, item = p.parameter_count - biases, p.scale.item
    factors = [f"{p.flops_per_step:,}"]
    if p.lengths is not None:
        factors.append(text.count(sum(p.lengths), "real step"))
    else:
        factors += [f"{size} {noun}" for size, noun in ((p.seq, "seq"), (p.batch, "batch")) if size is not None]
    return (
        ("parameters", f"{p.parameter_count:,}", f"{matrices:,} in matrices + {biases:,} in biases"),
        ("bytes of parameters", f"{p.parameter_count * item:,}", f"{p.parameter_count:,} x {item} bytes of {p.dtype}"),
        ("FLOPs of a step", f"{p.flops_per_step:,}", f"{matrices:,} x 2, a multiplication and an addition"),
        ("FLOPs", text.number(p.flops), " x ".join(factors)),
        ("bytes of state", text.number(p.state_bytes), f"{_state(p)} x {item} bytes of {p.dtype}"),
    )


def _state(p: Prediction) -> str:
    states = [str(layout.numel()) for layout in (p.h_n, p.c_n) if layout is not None]
    return f"({' + '.join(states)})" if len(states) > 1 else states[0]


def _elements(layout: Layout) -> int:
    size = layout.numel()
    assert isinstance(size, int), "parameters have no symbols"
    return size
