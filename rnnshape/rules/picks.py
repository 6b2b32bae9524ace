"""Which states were picked wrongly, judged when the step is over, from what was used of each recurrence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rnnshape import text
from rnnshape.report.location import Location
from rnnshape.rules.usage import Recurrence, Usage

__all__ = ["Pick", "picks"]


@dataclass(frozen=True, slots=True)
class Pick:
    """A state that was picked and should not have been.

    Attributes:
        code: the rule.
        message: one sentence.
        suggestion: what to write.
        location: where it was picked.
    """

    code: str
    message: str
    suggestion: str
    location: Location | None


def picks(usage: Usage) -> Iterator[tuple[Recurrence, Pick]]:
    """Yield what was picked wrongly, one for each call."""
    for record in usage.calls.values():
        if pick := _output_pick(record) or _row_pick(record):
            yield record, pick


def _units_of_one_step(record: Recurrence, way: int, step: int) -> list[int]:
    """Return the units of a direction that are used at one step and no other, where not all of them are."""
    if record.units is None or any(w == way and place not in (step, -1) for w, place in record.whole):
        return []
    used = record.units[way, 1:].clone()
    if (way, step) in record.whole:
        used[step] = True
    only = used[step] & used.sum(0).eq(1)
    return only.nonzero().flatten().tolist()


def _output_pick(record: Recurrence) -> Pick | None:
    if not record.used or record.steps < 2:
        return None
    last = record.steps - 1
    forward, reverse = ({step for way, step in record.used if way == d} for d in (0, 1))
    top = record.layers - 1
    shorter = record.lengths is not None and bool((record.lengths < record.steps).any())
    whose = "each sample's last step" if record.end in reverse else f"step {last}"
    # Beside the output of another call there is no step either; it is padding only where some sample is shorter.
    padded = (-1 in forward and record.ragged) or (shorter and not record.packed)
    if forward - {-1} == {last} and padded and (top, 0) not in record.rows:
        return Pick(
            "RNS303",
            f"the last step of output is used for every sample, but shorter samples end before step {last}: theirs is padding",
            "pick each sample's own last step, rnnshape.last_step(rnn, output, lengths), or pack the input and use h_n",
            record.used.get((0, last)),
        )
    if forward == {record.past} and (top, 0) not in record.rows:
        return Pick(
            "RNS303",
            "the step after each sample's last real one is used: it is padding",
            "steps count from 0: rnnshape.last_step(rnn, output, lengths) is output at lengths - 1",
            record.used.get((0, record.past)),
        )
    if record.directions == 2 and reverse in ({last}, {record.end}) and (top, 1) not in record.rows:
        return Pick(
            "RNS302",
            f"of the reverse direction only {whose} is used, where it has read one step and no more",
            "the reverse direction ends at step 0: rnnshape.last_state(rnn, h_n) has both at their ends, and so has "
            "rnnshape.last_step(rnn, output)",
            record.used.get((1, reverse.pop())),
        )
    # Of two steps, output[:, ::2] takes the first as well, to halve them.
    if record.directions == 2 and forward == {0} and record.steps > 2 and (top, 0) not in record.rows:
        return Pick(
            "RNS302",
            "of the forward direction only step 0 is used, where it has read one step and no more",
            f"the forward direction ends at step {last}: rnnshape.last_state(rnn, h_n) has both directions at their ends",
            record.used.get((0, 0)),
        )
    for way, step in ((1, last), (0, 0)):
        units = _units_of_one_step(record, way, step) if record.directions == 2 and record.steps > 2 else []
        if units and (top, way) not in record.rows:
            name = ("forward", "reverse")[way]
            shown = text.listed(units if len(units) <= 4 else [*units[:3], "..."])
            which = f"unit {shown} is" if len(units) == 1 else f"units {shown} are"
            return Pick(
                "RNS302",
                f"of the {name} direction {which} used at step {step} only, where it has read one step and no more",
                f"the output is (directions=2 hidden={record.width}): the forward half is [..., :{record.width}], the reverse "
                f"half [..., {record.width}:]",
                record.used.get((way, step)),
            )
    return None


def _row_pick(record: Recurrence) -> Pick | None:
    """Judge the rows of h_n where the output, which is the top layer, is not used at all."""
    rows, top = set(record.rows), record.layers - 1
    if not rows or record.used:
        return None
    location = next(iter(record.rows.values()))
    if all(layer != top for layer, _ in rows):
        named = ", ".join(f"layer {layer} {('forward', 'reverse')[way]}" for layer, way in sorted(rows))
        return Pick(
            "RNS305",
            f"of h_n only {named} is used, never the last of {record.layers} layers",
            "rows are in the order of the layers: rnnshape.last_state(rnn, h_n) is that of the last",
            location,
        )
    one_way = record.directions == 2 and len({way for _, way in rows}) == 1
    if one_way and (len(rows) < max(record.layers, 2) or (top, 0) not in rows):
        way, other = ("forward", "reverse") if next(iter(rows))[1] == 0 else ("reverse", "forward")
        named = text.listed([layer * 2 + (way == "reverse") for layer, _ in sorted(rows)])
        which = f"row {named} is" if len(rows) == 1 else f"rows {named} are"
        return Pick(
            "RNS304",
            f"of h_n only {which} used, which is {way}: the {other} direction reaches nothing",
            "rows are layer 0 forward, layer 0 reverse, ...: rnnshape.last_state(rnn, h_n) has both of the last layer",
            location,
        )
    if record.directions == 2 and len({way for _, way in rows}) == 2:
        per_way = [{layer for layer, way in rows if way == d} for d in (0, 1)]
        if per_way[0] != per_way[1] and len(rows) == 2:
            (a, _), (b, _) = sorted(rows, key=lambda r: r[1])
            return Pick(
                "RNS306",
                f"forward is taken from layer {a} and reverse from layer {b}",
                "h_n unpacks as (layers, directions): rnnshape.by_layer(rnn, h_n) does so",
                location,
            )
    return None
