"""RNS305 and RNS306: rows of an initial state that are other layers or directions than those that they start.

Rows of h_n and of h_0 are layer 0 forward, layer 0 reverse, layer 1 forward, ... (torch's documentation of `RNN`, "Inputs").
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import DISPLACED, Mark
from rnnshape.coordinates.tables import broadcast_tensors, numbers, numbers_by_row, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.recurrence import Recurrence
from rnnshape.operations.uses import InitialState
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(InitialState)
def layers_picked_by_scores(use: InitialState, step: Step) -> Iterator[Mistake]:
    """The best of a search pick rows of a state along its layers, and not along its batch: ``h[parents]``."""
    for axis, _ in use.mark.of(DISPLACED) if use.call.layers > 1 else ():
        site = use.mark.sites[axis]
        message = f"{site.name} picks layers of a state at numbers that were chosen among other things, by scores of these"
        fits = "samples lie along dim 1 of a state: [:, index] picks from these"
        step.usage.miscounted.update(call.number for layers, _ in use.mark.of("layers") if (call := step.source(layers, "h")))
        yield wrong("RNS305", message, fits, site=site, seen=use.mark)
        return


@rule(InitialState)
def rows_that_are_other_layers(use: InitialState, step: Step) -> Iterator[Mistake]:
    """Rows of an initial state are those of other layers or directions of the layer that they come from."""
    for axis, table in use.mark.of("layers"):
        source = step.source(axis, "h")
        if source is None:
            continue
        halves = use.mark.tables.get(source.row_direction("h"))
        if not any(varies(table, d) for d in (1, 2)):
            if found := (
                _directions_as_layers(use.mark, axis, table, use.call, source, halves)
                or _order_of_layers(use.mark, axis, table, use.call, source, halves)
            ):
                step.usage.miscounted.add(source.number)
                yield found
        elif (
            varies(table, 2)
            and halves is not None
            and ((varies(halves, 0) and not varies(halves, 2)) or _crosses(table, halves))
        ):
            yield _layers_for_directions(use.mark, axis, table)


def _layers_for_directions(mark: Mark, axis: Axis, table: Tensor) -> Mistake:
    """A bridge put two layers of one direction side by side where two directions of one layer were meant."""
    held = sorted(set(numbers(table[0].flatten())) - {-1})
    started = f"layer 0 starts from one direction of layers {text.listed(held)}"
    message = f"{started}, side by side, and not from both directions of one layer"
    hint = "rows are layer 0 forward, layer 0 reverse, ...: torch.cat([h_n[0::2], h_n[1::2]], 2) joins the directions"
    return wrong("RNS306", message, hint, site=mark.sites.get(axis), seen=mark)


def _directions_as_layers(
    mark: Mark, axis: Axis, table: Tensor, call: Recurrence, source: Recurrence, halves: Tensor | None
) -> Mistake | None:
    """The states of both directions start twice as many layers, as they come: rows that were picked or joined are meant."""
    rows = 2 * source.layers
    if halves is None or source.directions != 2 or (call.layers, call.directions) != (rows, 1) or axis in mark.sites:
        return None
    found = list(zip(numbers(table.flatten()), numbers(halves.flatten()), strict=False))
    if found != [divmod(row, 2) for row in range(rows)] or source.hidden not in mark.tables:
        return None
    whose = source.module or source.kind
    message = (
        f"layers 0 and 1 start from the forward and the reverse state of layer 0 of {whose}: its h_n has a row for each "
        f"direction, and fits {rows} layers by its size alone"
    )
    return wrong("RNS306", message, seen=mark)


def _order_of_layers(
    mark: Mark, axis: Axis, table: Tensor, call: Recurrence, source: Recurrence, halves: Tensor | None
) -> Mistake | None:
    """The rows are layers, and not in the order in which they are counted."""
    if source.layers != call.layers or call.layers < 2:
        return None
    rows = call.layers * call.directions
    got = numbers(table[:, 0, 0])
    got = got * rows if len(got) == 1 else got
    wanted = [row // call.directions for row in range(rows)]
    if len(got) != len(wanted) or got == wanted or -1 in got:
        return None
    ways = numbers(halves[:, 0, 0]) if halves is not None and halves.size(0) > 1 else [0] * len(got)
    site = mark.sites.get(axis)
    if _is_chosen(got, ways, source, site.name if site is not None else ""):
        return None
    row = next(i for i in range(len(got)) if got[i] != wanted[i])
    name = f"layer {got[row]} {('forward', 'reverse')[ways[row]]}"
    message = f"layer {wanted[row]} starts from the state of {name}: rows are layer 0 forward, layer 0 reverse, ..."
    fits = "h_n[0::2] has the forward state of each layer" if (source.directions, call.directions) == (2, 1) else None
    return wrong("RNS305", message, fits, site=site, seen=mark)


def _is_chosen(got: list[int], ways: list[int], source: Recurrence, moved: str) -> bool:
    """Tell whether rows in another order are chosen for their meaning, and not miscounted."""
    for_several = len(set(zip(got, ways, strict=True))) < len(got)  # such as h_n[-1:].repeat(2, 1, 1)
    undoes = moved == "flip"  # the last layer first, in a decoder that undoes the layers one by one
    of_the_last = set(got) == {source.layers - 1}  # both directions of it, h_n[-2:], for two layers of another kind
    return for_several or undoes or of_the_last


def _crosses(layers: Tensor, ways: Tensor) -> bool:
    """Tell whether a row has one direction of a layer beside the other direction of another, and nothing else."""
    if layers.dim() != 3 or ways.dim() != 3:
        return False
    layers, ways = (t.select(1, 0) for t in broadcast_tensors(layers, ways))
    rows = [set(zip(*pair, strict=True)) for pair in zip(numbers_by_row(layers), numbers_by_row(ways), strict=True)]
    return any(len(row) == 2 and len({a for a, _ in row}) == 2 and len({w for _, w in row}) == 2 for row in rows)
