"""A report in a notebook's cell: how much was seen, what passed through each layer, each finding, and the rest."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.palette import INK, OTHER, hue_of
from rnnshape.report.page.entries import Chip, Passing, Row, passings_of
from rnnshape.report.passing import LEGEND, has_unknown

if TYPE_CHECKING:
    from rnnshape.report.report import Report

__all__ = ["inline"]

_MOST = 12
"""Layers, and findings, that are drawn; a cell is no place for more."""

_CHIP = "display:inline-block;padding:0 .45em;border-radius:.4em"
_CELL = "text-align:left;padding:.1em 1em .1em 0"


def inline(report: Report) -> str:
    """Write a report as a piece of HTML."""
    findings = report.findings
    parts = [f"<p><b>{escape(report.counts)}, {text.count(len(findings), 'finding')}</b></p>"]
    passings = passings_of(report.events)
    parts += map(_table, passings[:_MOST])
    if len(passings) > _MOST:
        parts.append(f"<p>and {text.count(len(passings) - _MOST, 'more layer')}</p>")
    parts += [f"<div>{finding.svg}</div>" for finding in findings[:_MOST]]
    if len(findings) > _MOST:
        parts.append(f"<p>and {len(findings) - _MOST} more: report.save(&quot;report.html&quot;) has them all</p>")
    chips = [chip.words for passing in passings[:_MOST] for row in passing.rows for dim in row.dims for chip in dim]
    if has_unknown([*chips, *(line for finding in findings[:_MOST] for line in finding.details)]):
        parts.append(f"<p>{escape(LEGEND)}</p>")
    told = (("assumed", report.assumed), ("not judged", report.unjudged), ("not looked at", report.blind))
    unseen = [f"{heading}: {what}" for heading, those in told for what in those]
    if unseen:
        parts.append(f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in unseen)}</ul>")
    if report.probed:
        parts.append(f"<p>{escape(report.probed)}</p>")
    return "\n".join(parts)


def _table(passing: Passing) -> str:
    """Write what passed through a layer. Colours stand beside each word: a notebook has a style of its own."""
    calls = text.count(passing.calls - passing.others, "call")
    more = f", {text.count(passing.others, 'more call')} of other kinds" if passing.others else ""
    head = f"<b>{escape(passing.module)}</b> <code>{escape(passing.spec)}</code> {calls}{more}"
    rows = "".join(map(_row, passing.rows))
    return f'<div style="margin:.5em 0">{head}<table style="border-collapse:collapse">{rows}</table></div>'


def _row(row: Row) -> str:
    cells = (f"<code>{escape(row.name)}</code>", " ".join(map(_dim, row.dims)), f"<code>{escape(row.sizes)}</code>")
    written = "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
    return f'<tr style="background:none">{written}</tr>'


def _dim(chips: tuple[Chip, ...]) -> str:
    border = f";border:1px solid {OTHER.ink};border-radius:.45em" if len(chips) > 1 else ""
    return f'<span style="display:inline-block{border}">{"".join(map(_chip, chips))}</span>'


def _chip(chip: Chip) -> str:
    hue = hue_of(chip.axis)
    ink = INK if hue == OTHER else hue.ink
    return f'<code style="{_CHIP};background:{hue.tint};color:{ink}">{escape(chip.words)}</code>'
