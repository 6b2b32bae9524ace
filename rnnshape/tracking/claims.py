"""What somebody says of a tensor's axes, against what the trackers that are on know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from rnnshape.contracts.agreement import Agreement
from rnnshape.coordinates.mark import MADE, ROWS, UNNAMED, Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import runs_along, varies
from rnnshape.errors import LayoutError
from rnnshape.layout.axes import COPIES, UNKNOWN, axes_of
from rnnshape.layout.layout import Layout
from rnnshape.report.finding import Comparison

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["Contradiction", "contradicted", "contradiction"]

_SHOWN = ("batch", ROWS, "seq", "layers", "directions", "feature", "hidden")


class Contradiction(NamedTuple):
    """An axis that lies along another dim than somebody says.

    Attributes:
        claimed: the Layout that was claimed, with the sizes of the tensor.
        known: the Layout that the tracker has of it, as far as that is known.
        axis: the name of the axis.
        claimed_at: the dim where it is said to lie.
        found_at: the dim where it does lie.
        taken_for: what that dim is said to be.
        turn: whether the exchange of the two dims makes the claim right.
    """

    claimed: Layout
    known: Layout
    axis: str
    claimed_at: int
    found_at: int
    taken_for: str
    turn: bool

    @property
    def fact(self) -> str:
        """One sentence."""
        who = "the samples lie" if self.axis == "batch" else f"{self.axis} lies"
        return f"{who} along dim {self.found_at}, which is said to be {self.taken_for}, and not along dim {self.claimed_at}"

    def comparison(self, said: str) -> Comparison:
        """Hold what is known against the claim.

        Args:
            said: what the claim is called, such as "annotated".
        """
        return Comparison(self.claimed, self.known, (self.found_at,), said=said, found="known")


def contradicted(layout: Layout, tensor: Tensor, among: Iterable[Tracker]) -> Contradiction | None:
    """Return what a tracker knows better; None where none does.

    Args:
        layout: what is said of the tensor.
        tensor: the tensor.
        among: the trackers that are asked.
    """
    for tracker in among:
        mark = tracker.book.mark(tensor)
        if mark is not None and (found := contradiction(layout, mark)):
            return found
    return None


def contradiction(layout: Layout, mark: Mark) -> Contradiction | None:
    """Hold a claim against what is known.

    The samples of a model are one axis, so they must lie where batch is said to be. Of any other name there may be several
    axes; what is said of them is wrong only where two that are known have changed places.
    """
    if layout.ndim != len(mark.sizes):
        return None
    said = [{axis.name for axis in axes_of(dim)} - {UNKNOWN.name, COPIES.name} for dim in layout.dims]
    known = _where(mark)
    for name, found in known.items():
        claimed = [dim for dim, names in enumerate(said) if name in names]
        if len(claimed) != 1 or len(found) != 1 or claimed == found or not said[found[0]]:
            continue
        others = said[found[0]]
        exchanged = any(known.get(other) == claimed for other in others)
        if name == "batch" or exchanged:
            return _described(layout, mark, name, claimed[0], found[0])
    return None


def _where(mark: Mark) -> dict[str, list[int]]:
    """Return the dims along which axes of each name lie; the batch first, which says most."""
    found: dict[str, set[int]] = {}
    for axis, table in mark.tables.items():
        made = axis.of.isdecimal() or (axis.of.startswith(MADE) and axis.name != "step")
        if axis.name not in (UNNAMED, ROWS) and not made and table.dim() == len(mark.sizes):
            found.setdefault("seq" if axis.name == "step" else axis.name, set()).update(runs_along(table))
    return {name: sorted(found[name]) for name in sorted(found, key=lambda name: name != "batch")}


def _described(layout: Layout, mark: Mark, name: str, claimed: int, found: int) -> Contradiction:
    turned = list(mark.sizes)
    turned[claimed], turned[found] = turned[found], turned[claimed]
    fits = not any(varies(t, claimed) for a, t in mark.tables.items() if a.name == name)
    turn = fits and Agreement("").hold(layout, turned, "") is None
    try:
        sized = layout.bind(mark.sizes)
    except LayoutError:
        sized = layout
    known = layout_of(mark, _SHOWN) or layout_of(mark)
    assert known is not None
    return Contradiction(sized, known, name, claimed, found, "*".join(a.name for a in axes_of(layout.dims[found])), turn)
