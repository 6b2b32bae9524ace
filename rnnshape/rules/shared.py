"""RNS315 of layers and cells one above the other, all of which go on from one state."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from rnnshape.coordinates.tables import runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import CellStep, InitialState, RecurrentCall
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import are_alike
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@note(RecurrentCall)
def what_a_call_reads(use: RecurrentCall, step: Step) -> None:
    """Keep whose units a layer reads at a step until its initial state is known; nothing of the tables, which may be large."""
    step.usage.floors.read = None
    if use.mark is not None and use.call.module and use.call.steps == 1:
        tables = use.mark.tables.items()
        units = [axis for axis, table in tables if axis.name == "hidden" and _lies_along_the_features(table)]
        step.usage.floors.read = use.call.number, frozenset(units)
    step.usage.floors.names[use.call.module] = use.call.module


@note(InitialState)
def a_layer_goes_on_from_another(use: InitialState, step: Step) -> None:
    """A layer is given the state that another one has just returned."""
    if (found := _lower(use, step)) is not None:
        step.usage.floors.goes_on(use.call.module, *found)


@note(CellStep)
def a_cell_goes_on_from_another(use: CellStep, step: Step) -> None:
    """A cell is given the state that another one has just returned."""
    if use.made is None:
        return
    if use.made not in step.usage.floors.names:
        _, module, kind = step.scene()
        step.usage.floors.names[use.made] = module or kind
    if (whose := _maker(use, step)) is not None and use.hidden is not None:
        step.usage.floors.goes_on(use.made, whose, are_alike(use.hidden, use.mark))


def _goes_round(step: Step) -> bool:
    """Tell whether any layer has gone on from the state of one above it."""
    return bool(step.usage.floors.round)


@rule(InitialState, where=_goes_round)
def one_state_for_all_layers(use: InitialState, step: Step) -> Iterator[Mistake]:
    """Layers are called one above the other for each step, and one state goes up through them and back to the lowest."""
    found = _lower(use, step)
    if found is not None and found[1] and (message := step.usage.floors.told(use.call.module, found[0])):
        yield wrong("RNS315", message, seen=use.mark)


@rule(CellStep, where=_goes_round)
def one_state_for_all_cells(use: CellStep, step: Step) -> Iterator[Mistake]:
    """The same of cells."""
    whose, hidden = _maker(use, step), use.hidden
    message = step.usage.floors.told(use.made, whose) if use.made is not None and whose is not None else None
    if message is not None and hidden is not None and are_alike(hidden, use.mark):
        yield wrong("RNS315", message, seen=use.mark)


def _maker(use: CellStep, step: Step) -> Axis | None:
    """Return the units of another cell, which has made the state that a cell is given."""
    hidden = [axis for axis in (use.hidden.tables if use.hidden is not None else ()) if axis in step.usage.floors.names]
    return hidden[0] if len(hidden) == 1 and hidden[0] != use.made else None


def _lower(use: InitialState, step: Step) -> tuple[str, bool] | None:
    """Return the other layer whose state a layer of the same form is given untouched, and whether it reads its output."""
    read = step.usage.floors.read
    if use.is_cell_state or read is None or read[0] != use.call.number:
        return None
    for axis, _ in use.mark.of("layers"):
        source = step.source(axis, "h")
        if source is not None and source.module not in ("", use.call.module) and source.hidden in use.mark.tables:
            return source.module, source.hidden in read[1]
    return None


def _lies_along_the_features(units: Tensor) -> bool:
    """Tell whether every element of an input is of these units."""
    return runs_along(units) == [units.dim() - 1] and bool((units >= 0).all())
