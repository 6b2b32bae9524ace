"""The rules about a subject, such as padding, for somebody who does not know a code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rnnshape import text
from rnnshape.report.catalogue import RULES, Rule

__all__ = ["SUBJECTS", "Subject", "SubjectName", "subject"]

SubjectName = Literal[
    "attention", "bidirectional", "broadcasting", "dropout", "lengths", "loss", "masks", "packing", "padding", "softmax",
    "states", "targets",
]  # fmt: skip
"""Those of the subjects below that are no topic, of which more is told than the rules."""

SUBJECTS: dict[str, str] = {
    "attention": "attention|attend",
    "batch_first": "batch_first|batch-first",
    "bidirectional": "direction",
    "broadcasting": "broadcast",
    "dropout": "dropout|random mask",
    "h_n": "h_n",
    "lengths": "length",
    "loss": "loss|target",
    "masks": "mask",
    "packing": "pack",
    "padding": "pad|pack",
    "softmax": "softmax",
    "states": "state",
    "targets": "target",
    "view": "view|reshape",
}
"""What may be asked, and how words begin that speak of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """The rules about something; its repr is a table of them.

    Attributes:
        name: what was asked.
        rules: in the order of their codes.
    """

    name: str
    rules: tuple[Rule, ...]

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return {"name": self.name, "rules": [rule.to_dict() for rule in self.rules]}

    def __repr__(self) -> str:
        rows = text.columns([[rule.code, rule.severity, rule.title] for rule in self.rules])
        head = f"{self.name}: {text.count(len(self.rules), 'rule')} about it"
        return "\n".join([f"{head}; rnnshape explain {self.rules[0].code} says more of one", *rows])


def subject(word: str) -> Subject | None:
    """Return the rules whose title, or whose reason, speaks of a subject; None for a word that is none.

    >>> subject("softmax")
    softmax: 4 rules about it; rnnshape explain RNS118 says more of one
      RNS118  error    values of a kind that an operation does not take
    ...
    """
    known = {name.rstrip("s"): name for name in SUBJECTS}
    name = known.get(word.lower().rstrip("s"))
    if name is None:
        return None
    speaks = re.compile(rf"\b(?:{SUBJECTS[name]})")
    return Subject(name, tuple(rule for rule in RULES.values() if speaks.search(rule.title) or speaks.search(rule.why)))
