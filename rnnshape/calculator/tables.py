"""The table that a `Prediction` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.layout.sizes import product

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["table", "title"]


def title(p: Prediction) -> str:
    """Say in one line what is predicted, and how its input is given.

    >>> from rnnshape import predict
    >>> title(predict("GRU", 10, 16, lengths=[5, 2]))
    'GRU(10, 16)    packed, lengths 5 and 2'
    """
    spec = p.spec
    if spec.cell:
        return f"{spec!r}    one step" + ("" if p.batch is not None else ", unbatched")
    if p.lengths is not None:
        return f"{spec!r}    packed, lengths {text.listed(p.lengths)}"
    if p.batch is None:
        return f"{spec!r}    unbatched"
    return repr(spec) if spec.batch_first else f"{spec!r}    batch_first=False"


def table(p: Prediction) -> list[str]:
    """Lay a prediction out for a person: axis words, sizes, torch's letters, and what each tensor is."""
    spec = p.spec
    final = "h_1 c_1" if spec.cell else "h_n c_n"
    cells = [("input", p.input, _letters(p, "H_in"), "PackedSequence.data" if p.lengths is not None else "")]
    cells.append(("h_0", p.h_0, _state_letters(p, "H_out"), "zeros unless given"))
    if p.c_0 is not None:
        cells.append(("c_0", p.c_0, _state_letters(p, "H_cell"), "zeros unless given"))
    if not spec.cell:
        way = "both directions" if spec.bidirectional else "the last layer"
        cells.append(("output", p.output, _letters(p, "D*H_out"), f"{way} at every step"))
    where = "the new state" if spec.cell else "every layer at its final step"
    never = "; never batch-first" if spec.batch_first and p.batch is not None else ""
    cells.append((final[:3], p.h_n, _state_letters(p, "H_out"), where + never))
    if p.c_n is not None:
        cells.append((final[4:], p.c_n, _state_letters(p, "H_cell"), where + never))
    if p.padded is not None:
        letters = "(N, L, D*H_out)" if spec.batch_first else "(L, N, D*H_out)"
        cells.append(("padded", p.padded, letters, "what pad_packed_sequence returns"))
    rows = [[name, str(layout), text.sizes(layout.sizes), letters, what] for name, layout, letters, what in cells]
    return [title(p), *text.columns(rows), *_row_lines(p), *_cost_lines(p)]


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
        counted = [(size, noun) for size, noun in ((p.seq, "step"), (p.batch, "sample")) if size is not None]
        factors += [text.count(size, noun) if isinstance(size, int) else f"{size} {noun}s" for size, noun in counted]
    size = text.data_size(p.bytes["parameters"])
    return [
        f"  {text.count(p.parameter_count, 'parameter')}, {size} as {p.dtype}",
        f"  {text.flops(p.flops)} in matrix products: {' x '.join(factors)}",
    ]
