"""RNS3xx, judged when the step is over: which states were picked wrongly, from all that was used of a call."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.coordinates.padding import Padding
from rnnshape.coordinates.tables import numbers
from rnnshape.operations.recurrence import Picked, Places, Recurrence
from rnnshape.operations.uses import Ending
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.assigned import Assigned, assigned_at, indexed_at
from rnnshape.rules.registry import rule
from rnnshape.rules.sketches import grids_of_call
from rnnshape.rules.step import Step

__all__: list[str] = []


@rule(Ending)
def states_that_were_picked(use: Ending, step: Step) -> Iterator[Mistake]:
    """Steps of an output, or rows of h_n, that are all that is used of a call, and should not be."""
    miscounted = use.call.number in step.usage.miscounted
    found = _output_pick(use.call) or (None if miscounted else _row_pick(use.call)) or _read_padding(use.call)
    found = found or (None if miscounted else _one_use_pick(use.call))
    if found:
        yield found


def _picked(call: Recurrence, code: str, message: str, suggestion: str, location: Location | None) -> Mistake:
    """Point to where a state was picked, or else to the call that made it."""
    place = location or call.location
    return Mistake(code, message, suggestion, location=place, module=call.module, kind=call.kind, grids=grids_of_call(call))


def _names(call: Recurrence, picked: Location | None = None) -> Assigned:
    """Read from the user's lines what they call a layer and its results; the output is what a step was picked from."""
    names = assigned_at(call.location, call.module, call.kind)
    return names._replace(output=indexed_at(picked) or ("" if call.packed else names.output))


def _row(call: Recurrence, layer: int, way: int) -> str:
    """Name a row of h_n."""
    return f"layer {layer} {('forward', 'reverse')[way]}" if call.directions == 2 else f"layer {layer}"


def _units_of_one_step(call: Recurrence, way: int, step: int) -> list[int]:
    """Return the units of a direction that are used at one step and no other, where not all of them are."""
    if call.units is None or any(w == way and place not in (step, -1) for w, place in call.whole):
        return []
    used = call.units[way, 1:].clone()
    if (way, step) in call.whole:
        used[step] = True
    only = used[step] & used.sum(0).eq(1)
    return numbers(only.nonzero().flatten())


def _output_pick(call: Recurrence) -> Mistake | None:
    """Judge the steps of the output that are used, all uses together."""
    if not call.used or call.steps < 2:
        return None
    return _padding_picked(call) or _one_step_read(call, call.used, call.rows) or _units_of_one_step_read(call)


def _padding_picked(call: Recurrence) -> Mistake | None:
    """Judge a last step that is padding of shorter samples."""
    names = _names(call, next(iter(call.used.values())))
    which = names.which("output")
    last, forward = call.steps - 1, {step for way, step in call.used if way == 0}
    shorter = call.padding is not None and call.padding.is_right
    early = call.padding is not None and call.padding.is_left
    # Beside the output of another call there is no step either; it is padding only where some sample is shorter.
    padded = (-1 in forward and call.ragged) or (shorter and not call.packed)
    if (call.layers - 1, 0) in call.rows:
        return None
    if forward - {-1} == {last} and padded:
        return _picked(
            call,
            "RNS303",
            f"the last step of output is used for every sample, but shorter samples end before step {last}: theirs is padding",
            f"pick each sample's own last step, {names.last_step('lengths')}, or pack the input and use h_n{which}",
            call.used.get((0, last)),
        )
    if early and forward == {call.end}:
        return _picked(
            call,
            "RNS303",
            "the step at each sample's length - 1 is used, but the padding is on the left: a shorter sample ends later",
            f"every sample ends at step {last}, the last of output",
            call.used.get((0, call.end)),
        )
    if forward == {call.past}:
        return _picked(
            call,
            "RNS303",
            "the step after each sample's last real one is used: it is padding",
            f"steps count from 0: {names.last_step('lengths')} is {names.output or 'output'} at lengths - 1{which}",
            call.used.get((0, call.past)),
        )
    return None


_VERBS = {
    "": ("is used", "are used"),
    "layer": ("goes into a layer", "go into a layer"),
    "state": ("becomes an initial state", "become initial states"),
}
"""What becomes of the states that were picked, by consumer, for one of them and for several."""


def _one_step_read(call: Recurrence, used: Places, rows: Places, by: str = "") -> Mistake | None:
    """Judge a step of which a direction, or the only one, has read one step and no more."""
    names = _names(call, next(iter(used.values()), None))
    state = names.which("h_n")
    last, top = call.steps - 1, call.layers - 1
    forward, reverse = ({step for way, step in used if way == d} for d in (0, 1))
    shorter = call.ragged or (call.padding is not None and call.padding.is_right)
    if call.directions == 2 and reverse in ({last}, {call.end}) and (top, 1) not in rows:
        whose = "each sample's last step" if call.end in reverse else f"step {last}"
        return _picked(
            call,
            "RNS302",
            f"of the reverse direction only {whose} {_VERBS[by][0]}, where it has read one step and no more",
            f"the reverse direction ends at step 0: {names.last_state()} has both at their ends, and so has "
            f"{names.last_step('lengths' if shorter else '')}{names.which('h_n', 'output')}",
            used.get((1, reverse.pop())),
        )
    # Of two steps, output[:, ::2] takes the first as well, to halve them.
    if forward != {0} or call.steps <= 2 or (top, 0) in rows:
        return None
    if call.directions == 2:
        return _picked(
            call,
            "RNS302",
            f"of the forward direction only step 0 {_VERBS[by][0]}, where it has read one step and no more",
            f"the forward direction ends at step {last}: {names.last_state()} has both directions at their ends{state}",
            used.get((0, 0)),
        )
    return _picked(
        call,
        "RNS302",
        "of the output only step 0 is used, where the layer has read one step and no more",
        f"the layer ends at step {last}: {names.last_state()} has read every step{state}",
        used.get((0, 0)),
    )


def _units_of_one_step_read(call: Recurrence) -> Mistake | None:
    """Judge single units of a direction, as of an output that was cut as (hidden, 2)."""
    for way, step in ((1, call.steps - 1), (0, 0)):
        units = _units_of_one_step(call, way, step) if call.directions == 2 and call.steps > 2 else []
        if units and (call.layers - 1, way) not in call.rows:
            name = ("forward", "reverse")[way]
            shown = text.listed(units if len(units) <= 4 else [*units[:3], "..."])
            which = f"unit {shown} is" if len(units) == 1 else f"units {shown} are"
            return _picked(
                call,
                "RNS302",
                f"of the {name} direction {which} used at step {step} only, where it has read one step and no more",
                f"the output is (directions=2 hidden={call.width}): the forward half is [..., :{call.width}], the reverse "
                f"half [..., {call.width}:]",
                call.used.get((way, step)),
            )
    return None


def _one_use_pick(call: Recurrence) -> Mistake | None:
    """Judge what layers with weights picked, and what became an initial state, each by itself.

    Attention reads every step, and says nothing of a classifier beside it. Where a state was held against all steps, as a
    query, its step or its direction was picked for that; a layer below the last says no more of them. What a recurrent layer is
    given for one step only, as a context before there is attention, is no answer of its own.
    """
    inputs = call.picked.pop("input", Picked()).used
    for by, picked in call.picked.items() if call.steps > 1 else ():
        used = {**inputs, **picked.used} if by == "layer" else picked.used
        found = _one_step_read(call, used, picked.rows, by) if call.directions == 2 and not call.is_query else None
        # The first state of a decoder may be a function of the reverse direction alone (Bahdanau et al. 2015, A.2.2).
        if not found and not picked.used and not (by == "layer" and call.is_bridged):
            found = _first_layers(call, picked.rows, by) or (None if call.is_query else _one_way(call, picked.rows, by))
        if found:
            return found
    return None


def _row_pick(call: Recurrence) -> Mistake | None:
    """Judge the rows of h_n where the output, which is the top layer, is not used at all."""
    if not call.rows or call.used:
        return None
    return _first_layers(call, call.rows) or _one_way(call, call.rows) or _ways_of_two_layers(call)


def _first_layers(call: Recurrence, rows: Places, by: str = "") -> Mistake | None:
    if not rows or any(layer == call.layers - 1 for layer, _ in rows):
        return None
    names = _names(call)
    named = text.listed([_row(call, layer, way) for layer, way in sorted(rows)])
    whose = f"the state of {named}" if len(rows) == 1 else f"the states of {named}"
    return _picked(
        call,
        "RNS305",
        f"only {whose} {_VERBS[by][len(rows) > 1]}, never that of the last of {call.layers} layers",
        f"rows are in the order of the layers: {names.last_state()} is that of the last{names.which('h_n')}",
        next(iter(rows.values())),
    )


def _one_way(call: Recurrence, rows: Places, by: str = "") -> Mistake | None:
    """Judge rows of one direction. Those of all layers may be what a decoder begins with; a layer with weights is none."""
    one_way = call.directions == 2 and len({way for _, way in rows}) == 1
    if not one_way or not (by == "layer" or len(rows) < max(call.layers, 2) or (call.layers - 1, 0) not in rows):
        return None
    way, other = ("forward", "reverse") if next(iter(rows))[1] == 0 else ("reverse", "forward")
    named = text.listed([layer * 2 + (way == "reverse") for layer, _ in sorted(rows)])
    names = _names(call)
    kind = f"{named} of h_n, of the {way} direction,"
    which = f"row {kind} {_VERBS[by][0]}" if len(rows) == 1 else f"rows {kind} {_VERBS[by][1]}"
    return _picked(
        call,
        "RNS304",
        f"only {which}: the {other} direction {'has no part in it' if by else 'reaches nothing'}",
        f"rows are layer 0 forward, layer 0 reverse, ...: {names.last_state()} has both of the last layer{names.which('h_n')}",
        next(iter(rows.values())),
    )


def _ways_of_two_layers(call: Recurrence) -> Mistake | None:
    rows = set(call.rows)
    per_way = [{layer for layer, way in rows if way == d} for d in (0, 1)]
    if call.directions != 2 or len(rows) != 2 or not all(per_way) or per_way[0] == per_way[1]:
        return None
    names = _names(call)
    (a, _), (b, _) = sorted(rows, key=lambda r: r[1])
    return _picked(
        call,
        "RNS306",
        f"forward is taken from layer {a} and reverse from layer {b}",
        f"{names.h_n or 'h_n'} unpacks as (layers, directions): {names.by_layer()} does so{names.which('h_n')}",
        next(iter(call.rows.values())),
    )


def _read_padding(call: Recurrence) -> Mistake | None:
    """Judge what padding on the right does to states of a batch that was not packed, where the batch shows that it is there."""
    padding = call.padding
    if padding is None or not padding.is_seen or not padding.is_right or padding.steps != call.steps or call.steps < 2:
        return None
    top = call.layers - 1
    if (top, 0) in call.rows and (0, call.end) not in call.used and _is_meant_for_the_end(call, padding):
        return _picked(
            call,
            "RNS303",
            f"h_n is the state after step {call.steps - 1}, but shorter samples end before that: theirs has read padding",
            "pack the input with pack_padded_sequence: h_n is then the state at each sample's own end",
            call.rows[top, 0],
        )
    reverse = any(way == 1 for way, _ in call.used) or any(way == 1 for _, way in call.rows)
    if call.directions == 2 and reverse and padding.has_lengths:
        return _picked(
            call,
            "RNS407",
            "the reverse direction begins in the padding of shorter samples: all that it says of them has read that first",
            "pack the input with pack_padded_sequence: each sample is then read from its own end",
            None,
        )
    return None


def _is_meant_for_the_end(call: Recurrence, padding: Padding) -> bool:
    """Tell whether h_n is used as the state at each sample's end.

    It is where it is all that is used. Who uses output too, behind a mask maybe, and has no lengths, may put up with a decoder
    that starts from a state after the padding; who has them need not. A language model returns (scores, state), and nobody uses
    the state.
    """
    if not call.used:
        return True
    is_by_product = (call.layers - 1, 0) in call.returned and not call.is_carried and not call.returns_output
    return padding.has_lengths and not is_by_product
