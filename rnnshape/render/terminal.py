"""A report for a person at a terminal: what passed through each layer, what changed between calls, and the findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from rnnshape import text
from rnnshape.report import words
from rnnshape.report.baseline import Known
from rnnshape.report.finding import Finding
from rnnshape.report.passing import LEGEND, Passed, has_unknown, passed
from rnnshape.report.report import Report

__all__ = ["console", "print_report"]

_COLOURS = {"error": "bold red", "warning": "yellow", "info": "cyan"}


class _Console(Console):
    """A console that raises where nobody reads it any more. Rich would end the process, with a status of its own."""

    def on_broken_pipe(self) -> None:
        raise  # the BrokenPipeError that rich calls this for


def console(stderr: bool = False) -> Console:
    """Return a console that never breaks a line by itself: a cut layout cannot be copied; `text.fitted` breaks lines."""
    return _Console(stderr=stderr, soft_wrap=True, highlight=False)


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
    layers = passed(report.events)
    rule = _line(f"rnnshape: {title}", "bold")
    calm = not known.stale and all(finding.severity == "info" for finding in known.new)
    rule.append(f"  {report.counts}, {_number(report, known)}", style="" if calm else "bold red")
    to.print()
    to.print(rule)
    for layer in layers:
        to.print()
        for line in _layer(layer):
            to.print(line)
    for finding in known.new:
        to.print()
        to.print(_finding(finding))
    if known.stale:
        to.print()
        to.print(_line(f"stale: {known.file} accepts what nobody finds any more; --update-baseline takes it out", "bold red"))
        for entry in known.stale:
            to.print(_line(f"  {entry}"))
    layouts = [row[1] for layer in layers for row in layer.tensors]
    if has_unknown([*layouts, *(line for finding in known.new for line in finding.details)]):
        to.print()
        to.print(_line(LEGEND, "dim"))
    for heading, what in (("assumed:", report.assumed), ("not judged:", report.unjudged), ("not looked at:", report.blind)):
        if what:
            to.print()
            to.print(Text(heading, style="dim"))
            for sentence in what:
                to.print(_line(f"  {sentence}", "dim"))
    if report.probed:
        to.print()
        to.print(_line(report.probed, "dim"))
    if ranks:
        to.print()
        to.print(Text("other ranks:", style="bold"))
        for line in ranks:
            to.print(_line(f"  {line}"))
    if not (layers or report.findings or report.unfollowed or report.blind or report.assumed):
        to.print(Text("  no nn.RNN, nn.LSTM, nn.GRU or cell has returned anything", style="dim"))


def _number(report: Report, known: Known) -> str:
    """Say how many findings there are, and how many of them a baseline accepts."""
    if not report.findings:
        return "no finding says why" if report.failed else "no findings"
    if known.file is None:
        return text.count(len(report.findings), "finding")
    new = text.count(len(known.new), "new finding") if known.new else "no new findings"
    return f"{new}, {len(known.accepted)} accepted in {known.file}"


def _line(words: str, style: str = "") -> Text:
    """Make a line of text, broken between its cells where it is too wide.

    Names come from the user's code: what would steer the terminal is shown as an escape.
    """
    return Text(text.fitted(text.shown(words)), style=style)


def _finding(finding: Finding) -> Text:
    first, *rest = words.fitted(finding)
    head = _line(first, "bold")
    head.stylize(_COLOURS[finding.severity], 0, len(f"{finding.code} {finding.severity}:"))
    return Text("\n").join([head, *(_line(line, "green" if line.strip() == finding.suggestion else "") for line in rest)])


def _layer(layer: Passed) -> Iterator[Text]:
    """Write the calls of one layer in colours."""
    head = _line(layer.module, "bold cyan")
    head.append(f"  {layer.spec}", style="bold")
    head.append(f"  {layer.calls}", style="dim")
    yield head
    lines = text.columns([[*row] for row in layer.tensors])
    for (name, *_), line in zip(layer.tensors, lines, strict=True):
        shown = _line(line)
        shown.stylize("magenta", 2, 2 + len(name))
        yield shown
    yield from (_line(line, "dim") for line in text.columns([[*row] for row in layer.changes]))
