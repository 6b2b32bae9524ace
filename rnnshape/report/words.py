"""A finding in words: labels, padding and carets, in one place. The rules and contracts only hand over what is to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.report.catalogue import rule

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout
    from rnnshape.layout.sizes import Size
    from rnnshape.report.finding import Comparison, Finding
    from rnnshape.report.location import Location

__all__ = ["compared", "details", "fitted", "head", "message_of", "written"]

_LONGEST = 100
"""Letters of a line of source that are shown; what is longer is cut."""

_SENTENCES = ("  no edit: ", "  confirmed: ")
"""How lines below the message begin that are sentences."""

_LABEL = 9
"""Letters of the longest label, "raised at"; what follows stands in one column."""


def written(finding: Finding) -> list[str]:
    """Write a finding: its code, severity and title with the place; the line; what is wrong, what shows it and what fits."""
    return [head(finding), *_code(finding), f"  {finding.headline}", *_below(finding)]


def fitted(finding: Finding) -> list[str]:
    """Write a finding as `written` does; sentences too wide for the terminal are broken between their words."""
    lines = [head(finding), *_code(finding), *text.sentence(f"  {finding.headline}").split("\n")]
    for line in _below(finding):
        lines += text.sentence(line).split("\n") if line.startswith(_SENTENCES) else [line]
    return lines


def message_of(findings: Iterable[Finding]) -> str:
    """Write findings for an exception, a warning or a note. The first line suffices alone, since often no other is shown."""
    return "\n\n".join("\n".join(_message(finding)) for finding in findings)


def head(finding: Finding) -> str:
    """Write the first line of a finding: its code, severity, title and place, and how often it was met."""
    times = f", {finding.count:,} times" if finding.count > 1 else ""
    place = f"    {finding.location}" if finding.location else ""
    return f"{finding.code} {finding.severity}: {rule(finding.code).title}{times}{place}"


def _message(finding: Finding) -> list[str]:
    return [f"{finding.code} {finding.severity}: {finding.headline}", *_below(finding, finding.location)]


def _code(finding: Finding) -> list[str]:
    return [f"    {text.shown(_cut(finding.location.code))}"] if finding.location and finding.location.code else []


def _below(finding: Finding, at: Location | None = None) -> list[str]:
    """Write what stands under the message, and a line that was not shown above it."""
    lines = [*finding.details]
    if finding.suggestion:
        lines.append(f"  {finding.suggestion}")
    elif finding.no_edit:
        lines.append(f"  no edit: {finding.no_edit}")
    if at:
        lines.append(f"  at {_place(at)}")
    if finding.confirmed:
        lines.append(f"  confirmed: {finding.confirmed}")
    return [*map(text.shown, lines), f"  see: rnnshape explain {finding.code}"]


def details(finding: Finding) -> Iterator[str]:
    """Write what shows that a finding is right."""
    if finding.comparison:
        yield from compared(finding.comparison)
    else:
        yield from _layouts(finding)
    width = 0 if finding.subject else _LABEL  # under the sizes of one argument there is no column of labels
    for label, place in (
        ("moved at", finding.moved_at),
        ("used at", finding.used_at),
        ("raised at", finding.raised_at),
        ("made at", finding.made_at),
    ):
        if place:
            yield f"  {label:<{width}} {_place(place)}"


def _layouts(finding: Finding) -> Iterator[str]:
    rows = [(name, f"{layout}  {text.sizes(layout.sizes)}") for name, layout in finding.layouts]
    if finding.became:
        rows.insert(1, (finding.became.operation, text.sizes(finding.became.sizes)))
    for name, shown in rows:
        yield f"  {name:<{_LABEL}} {shown}"


def _place(location: Location) -> str:
    return f"{location}:  {_cut(location.code)}" if location.code else str(location)


def _cut(code: str) -> str:
    return code if len(code) <= _LONGEST else f"{code[: _LONGEST - 3]}..."


def compared(comparison: Comparison) -> list[str]:
    """Lay expected and got under each other, with carets under the dims that are wrong."""
    got = comparison.got
    return list(map(text.shown, _sizes(comparison, got) if isinstance(got, tuple) else _meanings(comparison, got)))


def _sizes(comparison: Comparison, got: tuple[int, ...]) -> list[str]:
    """Lay the sizes of a real tensor under those that are expected."""
    expected = comparison.expected
    wanted = [_word(n, s) for n, s in zip(expected.names, expected.sizes, strict=True)]
    found = list(map(str, got))
    ends: list[int] = []
    if len(wanted) == len(found):
        width = [max(len(a), len(b)) for a, b in zip(wanted, found, strict=True)]
        wanted = [w.rjust(n) for w, n in zip(wanted, width, strict=True)]
        found = [f.rjust(n) for f, n in zip(found, width, strict=True)]
        ends = [sum(width[: d + 1]) + 2 * d for d in comparison.wrong]
    lines = _labelled(comparison, f"{_tuple(wanted)}   {comparison.remark}", _tuple(found), ends)
    return [*lines, *text.columns([r.split(" from ", 1) for r in comparison.reasons], gap="  from ")]


def _word(name: str, size: Size) -> str:
    if not isinstance(size, int):
        return name
    return str(size) if name in ("?", "1") else f"{name}={size}"


def _tuple(items: list[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _meanings(comparison: Comparison, known: Layout) -> list[str]:
    """Lay what is known of a tensor's axes under what is said of them."""
    both = comparison.expected.written, known.written
    width = [max(len(a), len(b)) for a, b in zip(*both, strict=True)]
    claimed, real = ("  ".join(w.ljust(n) for w, n in zip(words, width, strict=True)) for words in both)
    return _labelled(comparison, claimed, real, [sum(width[:dim]) + 2 * dim for dim in comparison.wrong])


def _labelled(comparison: Comparison, above: str, below: str, carets: list[int]) -> list[str]:
    """Put two lines under each other behind their labels, and carets under the letters at these places."""
    start = 2 + max(len(comparison.said), len(comparison.found)) + 2
    lines = text.columns([[comparison.said, above], [comparison.found, below]])
    return [*lines, " " * start + "".join("^" if i in carets else " " for i in range(max(carets) + 1))] if carets else lines
