"""Reading ahead: windows on both sides of a step, and attention without a mask, have read steps behind each place's own.

What has is an axis of its own, `AHEAD`: its table says at which step each place stands, and its origin of which sequence that
is, and how far ahead it has read. It goes on as long as the places do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import AHEAD, KEYS, LATEST, MADE, QUERIES, UNNAMED, Mark, of_scores
from rnnshape.coordinates.tables import LARGEST, alone, interned, line_along, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import LookAhead

if TYPE_CHECKING:
    from rnnshape.operations.registry import Operation

__all__ = ["TO_THE_END", "attends_ahead", "reach_of", "weighs_ahead", "windows_ahead"]

TO_THE_END = 1 << 20
"""How far ahead what reads all steps has read."""


class _Steps(NamedTuple):
    """The steps along one dim.

    Attributes:
        of: where their axis comes from.
        line: which step each place is; -1 where it is none.
        ahead: how far ahead what stands there has read.
    """

    of: str
    line: Tensor
    ahead: int


def reach_of(axis: Axis) -> tuple[str, int]:
    """Return where the axis of steps comes from that was read ahead, and how far.

    >>> reach_of(_axis_ahead("x", 3))
    ('x', 3)
    """
    of, _, reach = axis.of.removeprefix(MADE).rpartition("+")
    return of, int(reach)


def _axis_ahead(of: str, reach: int) -> Axis:
    return Axis(AHEAD, f"{MADE}{of}+{min(reach, TO_THE_END)}")


def _steps_at(mark: Mark, dim: int) -> _Steps | None:
    """Return the steps along one dim, and how far ahead was read there."""
    here = [axis for axis, table in mark.tables.items() if runs_along(table) == [dim]]
    known = next((axis for name in ("seq", UNNAMED) for axis in here if axis.name == name), None)
    read = max((axis for axis in here if axis.name == AHEAD), key=lambda axis: reach_of(axis)[1], default=None)
    if read is not None and (known is None or reach_of(read)[0] == known.of):
        return _Steps(reach_of(read)[0], line_along(mark.tables[read], dim), reach_of(read)[1])
    known = known or next((axis for axis in here if axis.name == LATEST), None)
    return None if known is None else _Steps(known.of.removeprefix(MADE), line_along(mark.tables[known], dim), 0)


def windows_ahead(op: Operation, mark: Mark, space: int) -> None:
    """Remember of a convolution that its windows reach ahead, along each dim that has as many places as there are steps."""
    weight, result = op.argument(1, "weight"), op.result
    if "transpose" in op.name or not isinstance(result, Tensor) or op.book.mark(result) is None:
        return
    for at in range(space):
        steps = _steps_at(mark, at + 2) if weight.size(at + 2) > 1 else None
        real = steps.line[steps.line >= 0] if steps is not None else None
        if steps is None or real is None or len(real) != result.size(at + 2) or not bool((real.diff() > 0).all()):
            continue
        last = _last_read(op, steps.line, at)
        if last is not None and len(last) == len(real) and (reach := int((last - real).median()) + steps.ahead) > 0:
            _put(op, mark, result, at + 2, steps.of, real, reach)


def reads_last(op: Operation, mark: Mark) -> None:
    """Remember of a convolution of one step, and of states that came before, which step it has read last."""
    known = op.book.mark(op.result)
    if known is None:
        return
    tables = dict(known.tables)
    for axis, table in mark.tables.items():
        if axis.name in ("seq", UNNAMED) and set(runs_along(table)) <= {1} and (last := int(table.max())) >= 0:
            carried = mark.tables.get(latest := Axis(LATEST, f"{MADE}{axis.of}"))
            tables[latest] = alone(max(last, -1 if carried is None else int(carried.max())), len(known.sizes))
    op.book.put(op.result, replace(known, tables=tables))


def _last_read(op: Operation, line: Tensor, at: int) -> Tensor | None:
    """Return the last step that each window has read along one of the dims of the places."""
    weight, given = op.argument(1, "weight"), op.argument(4, "padding", 0)
    values, dilation = known_values(weight), _number(op.argument(5, "dilation", 1), at)
    if values is None or _number(op.argument(3, "stride", 1), at) != 1:
        return None
    width = dilation * (weight.size(at + 2) - 1) + 1
    before = (width - 1) // 2 if given == "same" else 0 if given == "valid" else _number(given, at)
    behind = width - 1 - before if given == "same" else before
    padded = torch.nn.functional.pad(line, (before, behind), value=-1)
    taps = values.detach().movedim(at + 2, 0).flatten(1).ne(0).any(1).cpu()  # some hide what comes by weights of zero
    if len(padded) < width or not bool(taps.any()):
        return None
    return padded.unfold(0, width, 1)[:, ::dilation][:, taps].amax(1)


def _number(given: Any, at: int) -> int:
    """Return what is given for one of several dims."""
    return int(given[at % len(given)] if isinstance(given, (tuple, list)) else given)


def attends_ahead(op: Operation, query: Mark, key: Mark, dim: int, result: Tensor) -> None:
    """Remember of attention without a mask that each step has read all of the same sequence.

    Args:
        op: the attention.
        query: what is known of the queries.
        key: of the keys.
        dim: along which the steps of both lie, and those of the result.
        result: of the attention.
    """
    steps, keys = _steps_at(query, dim), _steps_at(key, dim)
    if steps is None or keys is None or steps.of != keys.of or not torch.equal(steps.line, keys.line):
        return
    alike = [{a for a in m.tables if a.name not in ("feature", "hidden")} for m in (query, key)]
    if alike[0] == alike[1] and len(steps.line) > 1 and bool((steps.line.diff() > 0).all()):
        _put(op, query, result, dim, steps.of, steps.line, TO_THE_END)


def weighs_ahead(op: Operation, weights: Mark, tensor: Tensor, answered: Iterable[Axis]) -> None:
    """Remember of a product with weights of a sequence's own steps that these weigh what lies behind each step too.

    Args:
        op: the product.
        weights: what is known of the weights.
        tensor: the weights.
        answered: the axes whose elements are weighed by one another.
    """
    if any(axis.counts_steps for axis in weights.tables) or not isinstance(op.result, Tensor):
        return  # the queries are steps of another sequence
    for axis in answered:
        queries, keys = (weights.tables[of_scores(name, axis)] for name in (QUERIES, KEYS))
        last = len(weights.sizes) - 1
        if axis.name == "seq" and runs_along(queries) == [last - 1] and runs_along(keys) == [last]:
            line = line_along(queries, last - 1)
            if _weighs_what_comes(tensor, line, line_along(keys, last)):
                _put(op, weights, op.result, op.result.dim() - 2, axis.of, line, TO_THE_END)


def _weighs_what_comes(weights: Tensor, queries: Tensor, keys: Tensor) -> bool:
    """Tell whether what lies behind it has some weight at each step but the last; a mask makes that zero."""
    values = known_values(weights)
    if values is None or values.numel() > LARGEST or not torch.equal(queries, keys) or not bool((queries.diff() > 0).all()):
        return False
    some = values.detach().flatten(0, -3).ne(0).any(0).cpu()
    return len(queries) > 1 and bool(some.triu(1)[:-1].any(1).all())


def _put(op: Operation, source: Mark, result: object, dim: int, of: str, line: Tensor, reach: int) -> None:
    """Give a result the axis of its places, and tell that it has one."""
    mark = op.book.mark(result)
    if mark is None or dim >= len(mark.sizes) or mark.sizes[dim] != len(line):
        return
    axis = _axis_ahead(of, reach)
    table = interned(line.view([-1 if d == dim else 1 for d in range(len(mark.sizes))]))
    kept = {a: t for a, t in mark.tables.items() if a.name != AHEAD or runs_along(t) != [dim]}
    op.book.put(result, replace(mark, tables=kept | {axis: table}))
    op.emit(LookAhead(op.name, source, axis))
