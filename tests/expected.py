"""Every word of what the product says, held by files: a change of words is a diff that a reviewer reads.

`finding_text` and its like write findings so that nothing of them is lost and no path of a machine is kept; the fixture
`expected` compares such a text with a file. ``pytest --update`` rewrites the files instead.
"""

from __future__ import annotations

import difflib
import pathlib
import re
from collections.abc import Iterable

import rnnshape

REWRITE = "if the new words are meant, rewrite the file with:  pytest {} --update"

_PATH = re.compile(r"(?:[^\s'\"(,:]*[/\\])+(?=[\w.<>-]+\.(?:py|toml|json):\d)")
_ELSEWHERE = re.compile(r"(<elsewhere>/[\w.<>-]+):\d+(, in [^\n:]+)?(:  .*)?")


def portable(text: str, folder: pathlib.Path) -> str:
    """Leave the folder of the case out of a text, and of places in other code all but the names of file and function."""

    def shorten(path: re.Match[str]) -> str:
        named = pathlib.Path(path.group().replace("\\", "/"))
        return "" if named.resolve() == folder.resolve() else "<elsewhere>/"

    return _ELSEWHERE.sub(r"\1\2", _PATH.sub(shorten, text))


def finding_text(finding: rnnshape.Finding, folder: pathlib.Path) -> str:
    """Write all of a finding, a fact on each line: what is missing has no line."""
    times = f", {finding.count} times" if finding.count > 1 else ""
    lines = [f"{finding.code} {finding.severity}{times}"]
    if where := finding.location:
        lines.append(f"at {where}" + (f":  {where.code}" if where.code else ""))
    if finding.module:
        lines.append(f"module: {finding.module}")
    if finding.kind:
        lines.append(f"kind: {finding.kind}")
    if finding.subject:
        lines.append(f"subject: {finding.subject}")
    lines.append(f"says: {finding.headline}")
    lines += finding.details
    if finding.suggestion is not None:
        lines.append(f"suggests: {finding.suggestion}")
    if finding.no_edit is not None:
        lines.append(f"no edit: {finding.no_edit}")
    if finding.confirmed:
        lines.append(f"confirmed: {finding.confirmed}")
    for name, layout in finding.layouts:
        lines.append(f"layout {name}: {layout}  ({', '.join(map(str, layout.sizes))}{',' * (layout.ndim == 1)})")
    return portable("\n".join(lines), folder)


def findings_text(findings: Iterable[rnnshape.Finding], folder: pathlib.Path) -> str:
    return "\n\n".join(finding_text(finding, folder) for finding in findings)


def report_text(report: rnnshape.Report, folder: pathlib.Path) -> str:
    """Write all that a report says of a model, but for the calls and for what torch says of its own exceptions."""
    parts = [findings_text(report.findings, folder)]
    parts += [portable(f"could not follow: {what}", folder) for what in report.unfollowed]
    if error := report.exception:
        notes = [portable(f"  {note}", folder) for note in getattr(error, "__notes__", ())]
        parts.append("\n".join([f"raised: {type(error).__name__}", *notes]))
    return _paragraphs(parts)


def prediction_text(prediction: rnnshape.ModelPrediction, folder: pathlib.Path) -> str:
    """Write all that the prediction of a model says beside its Layouts."""
    parts = [findings_text(prediction.findings, folder)]
    parts += [portable(f"could not follow: {what}", folder) for what in prediction.unfollowed]
    parts += [portable(f"note: {note}", folder) for note in prediction.notes]
    if prediction.stopped:
        parts.append(portable(f"stopped: {prediction.stopped}", folder))
    return _paragraphs(parts)


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))


def sections(texts: dict[str, str]) -> str:
    """Put texts under headings; the first has "nothing" where it is empty, and others are left out there."""
    shown = [f"=== {name}\n\n{text or 'nothing'}" for at, (name, text) in enumerate(texts.items()) if text or at == 0]
    return "\n\n\n".join(shown)


class Expected:
    """Compares texts with files that hold them, or rewrites the files.

    Args:
        update: whether to rewrite.
        rewritten_by: the test to name in the message of a failure.
    """

    def __init__(self, update: bool, rewritten_by: str) -> None:
        self.update = update
        self.rewrite = REWRITE.format(rewritten_by)

    def __call__(self, file: pathlib.Path, text: str) -> None:
        """Fail where a file does not hold a text, with the difference; an empty text has no file."""
        __tracebackhide__ = True
        text = f"{text.rstrip()}\n" if text else ""
        held = file.read_text(encoding="utf-8") if file.exists() else ""
        if held == text:
            return
        if not self.update:
            missing = [] if held else [f"{file.name} is missing in {file.parent.name}"]
            texts = held.splitlines(), text.splitlines()
            lines = difflib.unified_diff(*texts, f"{file.name}, expected", f"{file.name}, said", lineterm="", n=5)
            raise AssertionError("\n".join([*missing, *lines, "", self.rewrite]))
        if text:
            file.write_text(text, encoding="utf-8", newline="\n")
        else:
            file.unlink()

    def no_others(self, present: Iterable[pathlib.Path], known: Iterable[pathlib.Path]) -> None:
        """Fail where there are files that no test compares, or remove them."""
        __tracebackhide__ = True
        others = sorted({*present} - {*known})
        if others and not self.update:
            names = [f"{file.parent.name}/{file.name}" for file in others]
            raise AssertionError("\n".join(["no test compares:", *names, "", self.rewrite]))
        for file in others:
            file.unlink()
