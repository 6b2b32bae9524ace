"""A report as one file of HTML that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape.report.page.contents import contents_of, rendered

if TYPE_CHECKING:
    from rnnshape.report.report import Report

__all__ = ["page"]


def page(report: Report, title: str = "report", ranks: tuple[str, ...] = ()) -> str:
    """Return a report as a page: findings with pictures and code, the calls of each layer, and what could not be judged.

    Args:
        report: what was seen.
        title: what was run.
        ranks: what other ranks of a distributed run saw, a line each.
    """
    return rendered(contents_of(report, title, ranks))
