"""What changes between two predictions: the configuration first, then every shape and every cost that it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from rnnshape import text
from rnnshape.calculator.costs import COSTS
from rnnshape.drawing.pictured import Pictured
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size, Total

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction
    from rnnshape.drawing.picture import Picture

__all__ = ["Change", "Difference", "difference"]

_TENSORS = ("input", "h_0", "c_0", "output", "h_n", "c_n", "padded")


class Change(NamedTuple):
    """One thing that differs.

    Attributes:
        name: an argument, a tensor, a parameter or a cost.
        before: what it is in the first prediction; None for a tensor or parameter that it lacks.
        after: what it is in the second.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, repr=False)
class Difference(Pictured):
    """What differs between two predictions; its repr is a table of that alone. It is true where anything differs.

    Attributes:
        titles: the two layers.
        configuration: the arguments, and batch, seq, lengths and dtype.
        tensors: Layouts of the tensors.
        parameters: Layouts of the parameters.
        costs: parameter_count, flops_per_step, flops, state_bytes, saved_bytes, peak_bytes.
    """

    titles: tuple[str, str]
    configuration: tuple[Change, ...]
    tensors: tuple[Change, ...]
    parameters: tuple[Change, ...]
    costs: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.configuration)

    @property
    def merged(self) -> tuple[Change, ...]:
        """The tensors, with those taken together that change in the same way."""
        return tuple(_merged(self.tensors))

    @property
    def picture(self) -> Picture:
        """The tensors of both side by side, and bars for what they cost."""
        from rnnshape.calculator.pictures.changes import picture_of

        return picture_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data."""

        def group(changes: tuple[Change, ...]) -> dict[str, object]:
            return {name: {"before": _plain(before), "after": _plain(after)} for name, before, after in changes}

        groups = {name: group(getattr(self, name)) for name in ("configuration", "tensors", "parameters", "costs")}
        return {"layers": list(self.titles), **groups}

    def __repr__(self) -> str:
        if not self:
            return f"{self.titles[0]}: no difference"
        rows = [[c.name, _shown(c.before), "", "->", _shown(c.after), ""] for c in self.configuration]
        rows += [[c.name, *_layout(c.before), "->", *_layout(c.after)] for c in self.merged]
        rows += [[c.name, _count(c.before), "", "->", _count(c.after), _times(c)] for c in self.costs]
        used = [at for at in range(6) if any(row[at] for row in rows)]
        lines = text.columns([[row[at] for at in used] for row in rows])
        if not (self.tensors or self.costs):
            lines.append("  no shape, parameter or cost differs")
        title = self.titles[0] if len(set(self.titles)) == 1 else " -> ".join(self.titles)
        return text.fitted("\n".join([title, *lines]))


def difference(before: Prediction, after: Prediction) -> Difference:
    """Compare two predictions."""
    both = before, after
    arguments = [field.name for field in fields(before.spec)]
    return Difference(
        titles=(repr(before.spec), repr(after.spec)),
        configuration=(
            *_changes(arguments, before.spec, after.spec),
            *_changes(("batch", "seq", "lengths", "dtype"), *both),
        ),
        tensors=_changes(_TENSORS, *both),
        parameters=tuple(
            Change(name, before.parameters.get(name), after.parameters.get(name))
            for name in dict.fromkeys((*before.parameters, *after.parameters))
            if before.parameters.get(name) != after.parameters.get(name)
        ),
        costs=_changes((*COSTS, "peak_bytes"), *both),
    )


def _changes(names: Iterable[str], before: object, after: object) -> tuple[Change, ...]:
    found = (Change(name, getattr(before, name), getattr(after, name)) for name in names)
    return tuple(change for change in found if change.before != change.after)


def _merged(changes: Iterable[Change]) -> list[Change]:
    """Make one row of tensors that change in the same way."""
    names: dict[tuple[object, object], list[str]] = {}
    for name, before, after in changes:
        names.setdefault((before, after), []).append(name)
    return [Change(" ".join(alike), *layouts) for layouts, alike in names.items()]


def _shown(value: object) -> str:
    return str(value) if value is not None else "none"


def _layout(layout: Layout | None) -> list[str]:
    return ["none", ""] if layout is None else [str(layout), text.sizes(layout.sizes)]


def _count(number: Size | Total | None) -> str:
    return "unknown" if number is None else text.number(number)


def _times(cost: Change) -> str:
    before, after = cost.before, cost.after
    if isinstance(before, int) and isinstance(after, int) and before:
        return f"x {after / before:.4g}"
    return ""


def _plain(value: object) -> object:
    if isinstance(value, Layout):
        return {"layout": str(value), "sizes": [_plain(size) for size in value.sizes]}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]  # type: ignore[reportUnknownVariableType]
    return str(value) if isinstance(value, Total) or not isinstance(value, (int, float, str, type(None))) else value
