"""A report, or what a command has found, as one page that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.svg import svg
from rnnshape.report.page import contents
from rnnshape.report.page.entries import entry_of, passings_of
from rnnshape.report.pictures.run import way_of

if TYPE_CHECKING:
    from rnnshape.render.outcome import Outcome
    from rnnshape.report.report import Report

__all__ = ["page", "rendered"]


def page(report: Report, title: str = "report", ranks: tuple[str, ...] = ()) -> str:
    """Return a report as a page: findings with pictures and code, the calls of each layer, and what could not be judged.

    Args:
        report: what was seen.
        title: what was run.
        ranks: what other ranks of a distributed run saw, a line each.
    """
    return contents.rendered(contents.contents_of(report, title, ranks))


def rendered(outcome: Outcome) -> str:
    """Write the same of what a command has found, and what a baseline accepts of it."""
    stale = tuple(f"{entry} is accepted in the baseline, and nobody finds it any more" for entry in outcome.known.stale)
    entries = [entry_of(result.finding, result.remark) for result in outcome.results]
    return contents.rendered(
        contents.Contents(
            title=text.shown(outcome.title),
            counts=outcome.counts,
            entries=tuple(entries),
            passings=passings_of(outcome.events),
            unfollowed=tuple(map(text.shown, outcome.unfollowed)),
            blind=tuple(map(text.shown, (*outcome.blind, *stale))),
            assumed=tuple(map(text.shown, outcome.assumed)),
            ranks=tuple(map(text.shown, outcome.ranks)),
            probed=text.shown(outcome.probed),
            drawn=outcome.drawn,
            run=svg(way_of(outcome.counts, outcome.events, outcome.findings)) if outcome.events else "",
        )
    )
