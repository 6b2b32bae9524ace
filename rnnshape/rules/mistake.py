"""How a rule says that something is wrong: with the tensors that show it, of which the Layouts are read."""

from __future__ import annotations

from collections.abc import Iterable

from rnnshape.coordinates.mark import ROWS, Mark, Site
from rnnshape.coordinates.reading import layout_before, layout_of
from rnnshape.layout.layout import Layout
from rnnshape.report.finding import Became
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake

__all__ = ["wrong"]

_SHOWN = ("batch", ROWS, "seq", "layers", "directions")


def wrong(
    code: str,
    message: str,
    suggestion: str | None = None,
    *,
    site: Site | None = None,
    seen: Mark | None = None,
    shown: Iterable[tuple[str, Mark]] = (),
    at: Location | None = None,
) -> Mistake:
    """Return a mistake with what shows it.

    Args:
        code: the rule's.
        message: one sentence.
        suggestion: an edit that was tried and repairs it.
        site: the operation that gave the axis its form; the finding points there, and shows before and after.
        seen: the tensor that is shown where there is no site.
        shown: tensors that are shown in any case, by name.
        at: the line that it points to, where that is neither the site's nor the one that is running.
    """
    layouts: list[tuple[str, Layout]] = []
    became: Became | None = None
    if site is not None and (before := layout_before(site)) is not None:
        layouts.append(("before", before))
        became = Became(site.name, site.sizes)
    for name, mark in (*((("seen", seen),) if seen is not None and site is None else ()), *shown):
        if (layout := layout_of(mark, _SHOWN)) is not None:
            layouts.append((name, layout))
    location = at or (site.location if site is not None else None)
    return Mistake(code, message, suggestion, tuple(layouts), became, location=location)
