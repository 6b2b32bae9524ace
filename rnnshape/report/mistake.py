"""`Mistake`: what a contract, an annotation or a rule found wrong, and the one place where that becomes a `Finding`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rnnshape.report.catalogue import rule
from rnnshape.report.finding import Became, Comparison, Finding
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.report.grid import Grid

__all__ = ["Mistake", "finding_of"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is wrong, told by what judges, which knows neither the model nor the line that is running.

    Attributes:
        code: the rule.
        message: one sentence, to stand behind "<layer>: ".
        suggestion: an edit that was tried and fits, or None.
        layouts: the Layouts that prove it, by name.
        became: what an operation made of the first of the Layouts, where one went wrong there.
        comparison: expected and got, where a tensor is held against a demand.
        location: the line that is to be mended; None where it is the one that is running.
        subject: which argument or result is wrong: "input", "h_0", "h_0 and c_0" where both have the same mistake, ...
        module: path of the layer concerned; None where it is the one that is running.
        kind: its class.
        grids: cells of the tensors that show it, for a picture.
        moved_at: the line that has put samples in the order in which they do not fit.
    """

    code: str
    message: str
    suggestion: str | None = None
    layouts: tuple[tuple[str, Layout], ...] = ()
    became: Became | None = None
    comparison: Comparison | None = None
    location: Location | None = None
    subject: str = ""
    module: str | None = None
    kind: str = ""
    grids: tuple[Grid, ...] = ()
    moved_at: Location | None = None


def finding_of(
    mistake: Mistake,
    module: str | None,
    kind: str,
    here: Location | None,
    shows: Literal["used", "raised", "nowhere"] = "used",
) -> Finding:
    """Make the finding of a mistake.

    Args:
        mistake: what is wrong.
        module: path of the module that is running.
        kind: its class.
        here: the user's line that is running.
        shows: how a mistake of another line showed here: something was used, torch raised, or not at all.
    """
    entry = rule(mistake.code)
    place = mistake.location or here
    elsewhere = here if place is not None and here is not None and not place.is_line_of(here) else None
    moved_at = mistake.moved_at
    if moved_at is not None and any(one is not None and one.is_line_of(moved_at) for one in (place, elsewhere)):
        moved_at = None
    if mistake.module is not None:
        module, kind = mistake.module, mistake.kind
    return Finding(
        code=mistake.code,
        severity=entry.severity,
        message=mistake.message,
        module=module,
        location=place,
        suggestion=mistake.suggestion,
        layouts=mistake.layouts,
        kind=kind,
        became=mistake.became,
        comparison=mistake.comparison,
        used_at=elsewhere if shows == "used" else None,
        raised_at=elsewhere if shows == "raised" else None,
        subject=mistake.subject,
        no_edit=None if mistake.suggestion else entry.no_edit or None,
        grids=mistake.grids,
        moved_at=moved_at,
    )
