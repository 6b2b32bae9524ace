"""`Contents`: all that a page says, and the page itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rnnshape import text
from rnnshape.drawing.palette import styles
from rnnshape.drawing.svg import svg
from rnnshape.report.page.entries import Entry, Passing, counted, entry_of, passings_of
from rnnshape.report.passing import LEGEND, has_unknown
from rnnshape.report.pictures.run import drawing_of

if TYPE_CHECKING:
    from rnnshape.report.report import Report

__all__ = ["Contents", "contents_of", "rendered"]


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a page says.

    Attributes:
        title: what was run.
        counts: how many layers were called, and how often.
        entries: the findings.
        passings: the calls of each layer.
        unfollowed: what could not be judged.
        blind: what was not looked at.
        assumed: on what assumptions it was judged.
        ranks: what other ranks of a distributed run saw, a line each.
        probed: what came of experiments that nobody has asked for; empty where none were to be made.
        drawn: a picture of all that was measured, as SVG; empty where there is none.
        run: a picture of the way through the layers, as SVG; likewise.
    """

    title: str
    counts: str
    entries: tuple[Entry, ...]
    passings: tuple[Passing, ...] = ()
    unfollowed: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    probed: str = ""
    drawn: str = ""
    run: str = ""


def contents_of(report: Report, title: str, ranks: tuple[str, ...] = ()) -> Contents:
    """Return what a page says of a report."""
    return Contents(
        title=text.shown(title),
        counts=report.counts,
        entries=tuple(map(entry_of, report.findings)),
        passings=passings_of(report.events),
        unfollowed=report.unjudged,
        blind=report.blind,
        assumed=report.assumed,
        ranks=tuple(map(text.shown, ranks)),
        probed=text.shown(report.probed),
        run=svg(drawing_of(report)) if report.events or report.failed else "",
    )


def rendered(contents: Contents) -> str:
    """Write the page. Every name is escaped; the pictures, which are ours, stand in it as they are."""
    pages = _pages()
    shown = [chip.words for passing in contents.passings for row in passing.rows for dim in row.dims for chip in dim]
    shown += [line for entry in contents.entries for line in entry.details]
    folder = Path(__file__).parent
    style, script = (Markup((folder / name).read_text(encoding="utf-8")) for name in ("page.css", "page.js"))
    svgs = [Markup(entry.svg) for entry in contents.entries]
    widths = [_width(entry.svg) for entry in contents.entries]
    return pages.get_template("page.html").render(
        page=contents,
        legend=LEGEND if has_unknown(shown) else "",
        entries=list(zip(contents.entries, svgs, widths, strict=True)),
        codes=sorted({entry.code for entry in contents.entries}),
        counted=counted(contents.entries),
        drawn=Markup(contents.drawn),
        run=Markup(contents.run),
        run_width=_width(contents.run),
        colours=Markup(styles()),
        style=style,
        script=script,
    ) + "\n"


@cache
def _pages() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _width(svg: str) -> int:
    """Return how narrow a picture may become and still be read, in pixels."""
    natural = float(svg.partition(' width="')[2].partition('"')[0] or 0)
    return round(min(natural, 680))
