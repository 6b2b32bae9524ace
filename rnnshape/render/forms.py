"""The forms of output for machines, and where they go: a module for each form, asked by its name."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from rnnshape.render.outcome import Outcome

__all__ = ["ENDINGS", "Destination", "Form", "leave_unread", "written"]

Form = Literal["text", "json", "jsonl", "sarif", "github", "junit", "html"]
"""What is written: text for people, forms for machines, and a page for people again."""

ENDINGS: dict[str, Form] = {
    ".jsonl": "jsonl", ".json": "json", ".sarif": "sarif", ".xml": "junit", ".html": "html", ".htm": "html",
}  # fmt: skip
"""What the name of a file says of its form."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Which form goes where.

    Attributes:
        form: the form.
        file: a file, begun anew, with the rank in its name where several processes of a run write; "-" is stdout. None is where
            the command prints what is its own.
    """

    form: Form = "text"
    file: str | None = None

    @property
    def prints_text(self) -> bool:
        """Whether people get their text where the command prints: always, unless a form for machines goes there."""
        return self.form == "text" or self.file is not None

    def send(self, written: str, stream: TextIO) -> None:
        """Write the form to the file, or to a stream where there is none; a pipe that nobody reads any more is no mistake.

        Raises:
            OSError: for a file that cannot be written.
        """
        if self.file in (None, "-"):
            to = stream if self.file is None else sys.stdout
            try:
                to.write(written)
                to.flush()
            except BrokenPipeError:
                leave_unread(to)
        else:
            from rnnshape.render.jsonl import of_this_rank

            with open(of_this_rank(os.fspath(self.file)), "w", encoding="utf-8") as file:
                file.write(written)


def leave_unread(stream: TextIO) -> None:
    """Let what is left in a closed pipe go nowhere; else the interpreter fails with it once more when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def written(form: Form, outcome: Outcome) -> str:
    """Return an outcome in a form for machines.

    Args:
        form: any but "text", which is not made of an outcome alone.
        outcome: what was found.
    """
    match form:
        case "json":
            from rnnshape.render import plain_json

            return plain_json.rendered(outcome)
        case "jsonl":
            from rnnshape.render import jsonl

            return jsonl.rendered(outcome)
        case "sarif":
            from rnnshape.render import sarif

            return sarif.rendered(outcome)
        case "github":
            from rnnshape.render import github

            return github.rendered(outcome)
        case "junit":
            from rnnshape.render import junit

            return junit.rendered(outcome)
        case "html":
            from rnnshape.render import html

            return html.rendered(outcome)
        case "text":
            raise ValueError("text is made of a report or a prediction, not of an outcome")
