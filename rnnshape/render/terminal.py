"""A report for a person at a terminal: what passed through each layer, what changed between calls, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from rnnshape import text
from rnnshape.report.baseline import Known
from rnnshape.report.event import Event
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report

__all__ = ["console", "print_report"]

_COLOURS = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SHOWN_SIZES = 4


def console(stderr: bool = False) -> Console:
    """Return a console that never breaks a line by itself: a cut layout cannot be read or copied."""
    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def print_report(report: Report, title: str, to: Console, ranks: Sequence[str] = (), known: Known | None = None) -> None:
    """Print a report.

    Args:
        report: what was seen.
        title: what was run.
        to: where to print.
        ranks: what other ranks of a distributed run saw, a line each.
        known: the findings beside a baseline: what that accepts is only counted.
    """
    known = known or Known(report.findings)
    events = report.events
    modules = [list(group) for _, group in groupby(events, key=lambda e: e.module)]
    rule = _line(f"rnnshape: {title}", "bold")
    calm = not known.stale and all(finding.severity == "info" for finding in known.new)
    rule.append(f"  {report.counts}, {_number(report, known)}", style="" if calm else "bold red")
    to.print()
    to.print(rule)
    for module in modules:
        to.print()
        for line in _module(module):
            to.print(line)
    for finding in known.new:
        to.print()
        to.print(_finding(finding))
    if known.stale:
        to.print()
        to.print(_line(f"stale: {known.file} accepts what nobody finds any more; --update-baseline takes it out", "bold red"))
        for entry in known.stale:
            to.print(_line(f"  {entry}"))
    for heading, what in (("not judged:", report.unjudged), ("not looked at:", report.blind)):
        if what:
            to.print()
            to.print(Text(heading, style="dim"))
            for sentence in what:
                to.print(_line(f"  {sentence}", "dim"))
    if ranks:
        to.print()
        to.print(Text("other ranks:", style="bold"))
        for line in ranks:
            to.print(_line(f"  {line}"))
    if not (modules or report.findings or report.unfollowed or report.blind):
        to.print(Text("  no nn.RNN, nn.LSTM, nn.GRU or cell was called", style="dim"))


def _number(report: Report, known: Known) -> str:
    """Say how many findings there are, and how many of them a baseline accepts."""
    if not report.findings:
        return "no finding says why" if report.failed else "no findings"
    if known.file is None:
        return text.count(len(report.findings), "finding")
    new = text.count(len(known.new), "new finding") if known.new else "no new findings"
    return f"{new}, {len(known.accepted)} accepted in {known.file}"


def _line(words: str, style: str = "") -> Text:
    """Make a line of text. Names come from the user's code: what would steer the terminal is shown as an escape."""
    return Text(text.shown(words), style=style)


def _finding(finding: Finding) -> Text:
    first, *rest = str(finding).split("\n")
    head = Text(f"{finding.code} {finding.severity}: ", style=_COLOURS[finding.severity])
    head.append_text(_line(first + (f"  ({finding.count:,} times)" if finding.count > 1 else ""), "bold"))
    return Text("\n").join([head, *(_line(line, "green" if line.strip() == finding.suggestion else "") for line in rest)])


def _module(events: Sequence[Event]) -> Iterator[Text]:
    """Describe the calls of one module: the most frequent kind of call in full, of the others what differs."""
    main = max((e for e in events if e.layouts), key=lambda e: e.calls, default=events[0])
    calls = sum(e.calls for e in events)
    head = _line(main.module or main.kind, "bold cyan")
    head.append(f"  {main.spec}", style="bold")
    head.append(f"  {text.count(calls, 'call')}", style="dim")
    yield head
    rows = [[name, str(layout), text.sizes(layout.sizes), _remark(name, main)] for name, layout in main.layouts]
    lines = text.columns(rows)
    for (name, *_), line in zip(rows, lines, strict=True):
        shown = _line(line)
        shown.stylize("magenta", 2, 2 + len(name))
        yield shown
    yield from (_line(line, "dim") for line in text.columns(list(_changes(events))))


def _remark(name: str, event: Event) -> str:
    if name in ("input", "output") and event.packed:
        return f"packed: {text.count(event.packed[0], 'sample')}, the longest of {text.count(event.packed[1], 'step')}"
    if name in ("h_n", "c_n") and event.batch_first:
        return "never batch-first"
    return ""


def _changes(events: Sequence[Event]) -> Iterator[list[str]]:
    """Say how batch and seq varied from call to call, and how often a state was passed."""
    known = [e for e in events if e.layouts]
    calls = sum(e.calls for e in known)
    for axis in ("batch", "seq"):
        sizes = Counter[int]()
        for event in known:
            size = _size(event, axis)
            if size is not None:
                sizes[size] += event.calls
        if sizes:
            yield [axis, _spread(sizes, calls)]
    names = [name for name, _ in known[0].layouts] if known else []
    if any(name in names for name in ("h_n", "h_1")):
        states = "h_0 and c_0" if any(n.startswith("c_") for n in names) else "h_0"
        passed = sum(e.calls for e in known if "h_0" in e.given)
        yield ["state", f"{states} {_share(passed, calls)}"]
    others = sum(e.calls for e in events if not e.layouts)
    if others and not known:
        yield ["sizes", "not known, as nobody can say what these calls take"]
    elif others:
        yield ["other", f"{text.count(others, 'call')} of still other sizes, not counted here"]


def _share(passed: int, calls: int) -> str:
    if passed == calls:
        return "passed in every call"
    if not passed:
        return "never passed, so zeros"
    return f"passed in {passed:,} of {text.count(calls, 'call')}, else zeros"


def _size(event: Event, axis: str) -> int | None:
    if event.packed:
        return event.packed[axis == "seq"]
    layout = event.layout("input")
    if layout is None or axis not in layout.names:
        return None
    size = layout.sizes[layout.names.index(axis)]
    return size if isinstance(size, int) else None


def _spread(sizes: Counter[int], calls: int) -> str:
    if len(sizes) == 1 and sizes.total() == calls:
        return f"{next(iter(sizes))} in every call"
    if len(sizes) <= _SHOWN_SIZES:
        return text.listed(f"{size} in {text.count(n, 'call')}" for size, n in sizes.most_common())
    return f"{min(sizes)} to {max(sizes)}, {len(sizes)} different sizes in {text.count(sizes.total(), 'call')}"
