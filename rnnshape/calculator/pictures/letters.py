"""A layer's lanes in letters, for terminals and for viewers that show no pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction
    from rnnshape.calculator.pictures.places import Lane, Places

__all__ = ["lanes_in_letters"]


def lanes_in_letters(p: Prediction, places: Places) -> list[str]:
    """Write the lanes from the top down: ``[#]`` is a final cell, a row of h_n, and ``[ ]`` any other.

    >>> from rnnshape import predict
    >>> print(predict("GRU", 4, 8, num_layers=1, batch=3, seq=2).text.partition("output[")[0])
      layer 0 forward  h_0[0] -> [ ]  -> [#]  -> h_n[0]  output is this layer, every step
                input            x[0]    x[1]
    <BLANKLINE>
    """
    width = max(len(str(step)) for step in places.steps if step is not None) + 3
    heads = [_state(p, lane, 0) for lane in places.lanes], [_state(p, lane, 1) for lane in places.lanes]
    wide = max(map(len, heads[0] + heads[1]))
    rows = [_lane(p, places, lane, width, wide) for lane in reversed(places.lanes)]
    names = [("cell" if p.spec.cell else lane.name) for lane in reversed(places.lanes)]
    label = max(map(len, [*names, "input"]))
    lines = [f"  {name:>{label}}  {row}" for name, row in zip(names, rows, strict=True)]
    if not p.spec.cell:
        which = "these two rows" if p.spec.bidirectional else "this layer"
        lines[0] += f"  output is {which}, every step"
    inputs = "    ".join(("..." if step is None else f"x[{step}]").ljust(width) for step in places.steps)
    return [*lines, f"  {'input':>{label}}  {' ' * wide}    {inputs}".rstrip()]


def _lane(p: Prediction, places: Places, lane: Lane, width: int, wide: int) -> str:
    final = places.final_column(lane)
    cells = [("..." if step is None else "[#]" if at == final else "[ ]").ljust(width) for at, step in enumerate(places.steps)]
    way = " <- " if lane.reverse else " -> "
    first, last = _state(p, lane, 0), _state(p, lane, 1)
    left, right = (last, first) if lane.reverse else (first, last)
    return way.join([left.ljust(wide), *cells, right])


def _state(p: Prediction, lane: Lane, final: int) -> str:
    if p.spec.cell:
        return ("h_0", "h_1")[final]
    return f"{('h_0', 'h_n')[final]}[{lane.row}]"
