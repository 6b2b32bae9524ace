"""A report in a notebook's cell: how much was seen, the picture of each finding, and what was not looked at."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rnnshape import text

if TYPE_CHECKING:
    from rnnshape.report.report import Report

__all__ = ["inline"]

_MOST = 12
"""Findings that are drawn; a cell is no place for more."""


def inline(report: Report) -> str:
    """Write a report as a piece of HTML."""
    findings = report.findings
    parts = [f"<p><b>{escape(report.counts)}, {text.count(len(findings), 'finding')}</b></p>"]
    parts += [f"<div>{finding.svg}</div>" for finding in findings[:_MOST]]
    if len(findings) > _MOST:
        parts.append(f"<p>and {len(findings) - _MOST} more: report.save(&quot;report.html&quot;) has them all</p>")
    unseen = [f"not judged: {what}" for what in report.unjudged] + [f"not looked at: {what}" for what in report.blind]
    if unseen:
        parts.append(f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in unseen)}</ul>")
    return "\n".join(parts)
