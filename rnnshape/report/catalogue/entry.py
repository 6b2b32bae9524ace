"""What an entry of the catalogue is, and how it reads."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["PRELUDE", "LineKind", "Rule", "Severity", "program"]

Severity = Literal["error", "warning", "info"]

LineKind = Literal["title", "why", "prelude", "wrong", "mistake", "right", "mended", "code", "blank"]
"""What a printed line is. "wrong" and "right" are headings of programs, "mistake" and "mended" the lines that matter,
"prelude" is what is said of both."""

PRELUDE = "import torch\nfrom torch import nn\n\nimport rnnshape as rs\n"
"""What every program of the catalogue begins with. It is written once, and printed once above the two programs."""

_WIDTH = 100

_MORE = "what rnnshape says is in the exception or, where none is raised, in print(report) at the end"


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """An entry of the catalogue; its ``repr`` is the text that ``rnnshape explain`` prints.

    Both programs run as they stand behind `PRELUDE`, and bind the name ``report`` to the `Report` of what they do.

    - ``wrong`` has the mistake in one line, which ends in a comment with the code, ``# RNS203``. Its report has one finding:
      this code, this severity, this line. It may end in the exception that its mistake raises, once ``report`` is bound.
    - ``right`` is the same program without the mistake. It ends without an exception, and its report has no finding.

    Attributes:
        code: stable, such as "RNS103".
        title: a few words.
        severity: "error" where it is proved wrong, "warning" where it is legal but almost never meant, "info" for a note.
        why: what goes wrong, in short sentences.
        wrong: a program that has the mistake.
        right: the program without it.
        since: the first version that has it.
        no_edit: why none can be known, for a finding of this code that suggests no edit.
    """

    code: str
    title: str
    severity: Severity
    why: str
    wrong: str
    right: str
    since: str = "0.1.0"
    no_edit: str = ""

    def lines(self) -> list[tuple[LineKind, str]]:
        """Return the text line by line, each with what it is, for somebody who prints it in colours.

        Sentences are broken to fit the terminal (or COLUMNS); lines of a program never are, so that they can be copied.
        """
        width = min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns)
        why = textwrap.wrap(self.why, width, break_on_hyphens=False, break_long_words=False)
        more = textwrap.wrap(_MORE, width, initial_indent="  ", subsequent_indent="  ")
        wrong, right = self.wrong.splitlines(), self.right.splitlines()
        marker = f"  # {self.code}"
        return [
            ("title", f"{self.code} {self.severity}: {self.title}"),
            *(("why", line) for line in why),
            ("blank", ""),
            ("prelude", "  both programs begin with"),
            *_printed(PRELUDE.splitlines()),
            ("blank", ""),
            ("wrong", "  wrong"),
            *_printed(wrong, "mistake", ">", lambda line: line.endswith(marker)),
            ("blank", ""),
            ("right", "  right"),
            *_printed(right, "mended", "+", lambda line: line not in wrong),
            ("blank", ""),
            *(("prelude", line) for line in more),
        ]

    def to_dict(self) -> dict[str, str]:
        """Return JSON-ready data, the programs with all that they need."""
        named = {"code": self.code, "title": self.title, "severity": self.severity, "why": self.why, "since": self.since}
        return {**named, "wrong": f"{PRELUDE}\n{self.wrong}", "right": f"{PRELUDE}\n{self.right}"}

    def __repr__(self) -> str:
        return "\n".join(line for _, line in self.lines())


def program(text: str) -> str:
    """Return a program that is written between three quotes, indented like what stands around it."""
    return textwrap.dedent(text).strip() + "\n"


def _printed(
    lines: Sequence[str], kind: LineKind = "code", sign: str = "", matters: Callable[[str], bool] = lambda line: False
) -> list[tuple[LineKind, str]]:
    """Indent a program, with a sign in the margin before the lines that matter."""
    return [(kind, f"    {sign} {line}") if matters(line) else ("code", f"      {line}".rstrip()) for line in lines]
