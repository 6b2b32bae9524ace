"""RNS209 of a map that a convolution has made: its lines are cut for steps, and a step holds pieces of two of them."""

from __future__ import annotations

from collections.abc import Iterator

from rnnshape import text
from rnnshape.coordinates.maps import torn_along
from rnnshape.coordinates.mark import ACROSS, TORN, Mark, Site
from rnnshape.coordinates.tables import runs_along
from rnnshape.operations.uses import RecurrentInput
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import called, instead, wrong

__all__: list[str] = []

_RESHAPES = frozenset(["view", "reshape", "unflatten", "view_as", "reshape_as"])


@rule(RecurrentInput)
def torn_lines_read_as_steps(use: RecurrentInput, step: Step) -> Iterator[Mistake]:
    """A recurrent layer takes for its steps what a reshape has cut across the lines of a map."""
    site = _cut(use.mark, use.seq_dim)
    if site is None or site.name not in _RESHAPES or "RNS209" in step.told or "RNS203" in step.told:
        return
    cuts = f"{site.name} of {text.sizes(site.sizes_before)} to {text.sizes(site.sizes)} cuts across the lines of a map"
    reads = f"{called(use.name)} takes the pieces for its steps: one holds the end of a line and the beginning of the next"
    message = f"places of a convolution are scrambled: {cuts}, and {reads}"
    yield wrong("RNS209", message, _lines_in_front(site), site=site, seen=use.mark)


def _cut(mark: Mark, dim: int) -> Site | None:
    """Return the reshape that cut the steps across the lines of a map, whether or not a layer has read the pieces since."""
    torn = [axis for axis, table in mark.of(TORN) if runs_along(table) == [dim]]
    if not torn and torn_along(mark) == dim:
        torn = [axis for axis, _ in mark.of(ACROSS)]
    return next((mark.sites[axis] for axis in torn if axis in mark.sites), None)


def _lines_in_front(site: Site) -> str | None:
    """Return what has the lines for steps, where a reshape keeps the samples in front, and one dim is as long as the steps."""
    before, now = site.sizes_before, site.sizes
    if len(now) != 3 or len(before) < 3 or before[0] != now[0] or before[1:].count(now[1]) != 1:
        return None
    lines = before.index(now[1], 1)
    order = (0, lines, *(dim for dim in range(1, len(before)) if dim != lines))
    return instead(site, f"permute({', '.join(map(str, order))}).flatten(2)")
