"""`Mistake`: what a rule says. The tracker makes a finding of it, with the place where the model is."""

from __future__ import annotations

from dataclasses import dataclass

from rnnshape.coordinates.mark import Mark, Site
from rnnshape.layout.layout import Layout
from rnnshape.report.report import Location

__all__ = ["Mistake"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is wrong, as a rule sees it.

    Attributes:
        code: the rule's.
        message: one sentence.
        suggestion: an edit that was tried and repairs it, or None.
        site: the operation that gave the axis its form; the finding points there, and shows it.
        shown: what proves it, by name, where there is no site.
        at: the line that it points to, where that is neither the site's nor the present one.
        module: path and class of the layer that it is about, where that is not the one that is being called.
    """

    code: str
    message: str
    suggestion: str | None = None
    site: Site | None = None
    shown: tuple[tuple[str, Mark | Layout], ...] = ()
    at: Location | None = None
    module: tuple[str, str] | None = None
