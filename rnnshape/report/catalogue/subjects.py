"""The rules about a subject, such as padding, or about an experiment of `probe`, for somebody who does not know a code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import wrap
from typing import Literal

from rnnshape import text
from rnnshape.report.catalogue import RULES, Rule

__all__ = ["EXPERIMENTS", "SUBJECTS", "Subject", "SubjectName", "speaking_of", "subject"]

MOST_NAMED = 3
"""Rules that are named for a word that they have."""

SubjectName = Literal[
    "attention", "bidirectional", "broadcasting", "dropout", "future", "lengths", "loss", "masks", "number", "order", "packing",
    "padding", "samples", "softmax", "states", "steps", "targets", "use",
]  # fmt: skip
"""Those of the subjects below that are no topic, of which more is told than the rules."""

SUBJECTS: dict[str, str] = {
    "attention": "attention|attend",
    "batch_first": "batch_first|batch-first",
    "bidirectional": "direction",
    "broadcasting": "broadcast",
    "dropout": "dropout|random mask",
    "future": "",
    "h_n": "h_n",
    "lengths": "length",
    "loss": "loss|target",
    "masks": "mask",
    "number": "",
    "order": "",
    "packing": "pack",
    "padding": "pad|pack",
    "samples": "",
    "softmax": "softmax",
    "states": "state",
    "steps": "",
    "targets": "target",
    "use": "",
    "view": "view|reshape",
}
"""What may be asked, and how words begin that speak of it; empty where that is an experiment, and of its own rules alone."""

EXPERIMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "samples": (
        "probe gives one sample other content: what the model returns of the others must not change, and something must.",
        ("RNS601", "RNS606"),
    ),
    "order": ("probe puts the samples into another order: the model must return the same in that order.", ("RNS602",)),
    "number": ("probe leaves one sample out: what the model returns of the others must not change.", ("RNS608",)),
    "padding": (
        "probe changes what lies behind the end of the samples, and how much of it: what the model returns of them must not "
        "change. It needs lengths, a mask, or padding that it can see.",
        ("RNS603",),
    ),
    "future": (
        "probe changes the steps behind one of them: what the model returns up to that one must not change. It is made with "
        "causal=True alone.",
        ("RNS604",),
    ),
    "steps": (
        "probe follows the steps of each input, and of what each layer returns: no layer must read rows into which a view has "
        "dealt out several of them, a different share into each; and no row of the output must know the first step and the "
        "last one alone, as it does where a reader from the end was not turned back.",
        ("RNS609", "RNS611"),
    ),
    "targets": (
        "probe gives one sample another target: the gradient of the loss by what the model returns of the others must not "
        "change, but for one factor. It needs target= and loss=.",
        ("RNS605",),
    ),
    "states": (
        "probe gives what a recurrent layer or cell returns as one state other numbers: what is given to the next one as "
        "another state must not change, and one that goes from step to step must be given its own back.",
        ("RNS610",),
    ),
    "use": ("probe looks which layers, directions and steps have a part in what the model returns: all should.", ("RNS607",)),
}
"""What each experiment changes and what must not change by it, and the rules that are about what it finds."""


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """The rules about something; its repr is a table of them.

    Attributes:
        name: what was asked.
        rules: in the order of their codes.
        experiment: where it is one of `rnnshape.probe`, what that changes, and what must not change by it; empty otherwise.
    """

    name: str
    rules: tuple[Rule, ...]
    experiment: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        rules = [rule.to_dict() for rule in self.rules]
        return {"name": self.name, "rules": rules, **({"experiment": self.experiment} if self.experiment else {})}

    def __repr__(self) -> str:
        rows = text.columns([[rule.code, rule.severity, rule.title] for rule in self.rules])
        about = f"{'an experiment, and ' if self.experiment else ''}{text.count(len(self.rules), 'rule')} about it"
        said = [f"  {line}" for line in wrap(self.experiment, 100)]
        first = EXPERIMENTS[self.name][1][0] if self.experiment else self.rules[0].code
        return "\n".join([f"{self.name}: {about}; rnnshape explain {first} says more of one", *said, *rows])


def subject(word: str) -> Subject | None:
    """Return the rules whose title, or whose reason, speaks of a subject, or which an experiment finds; None for another word.

    >>> subject("softmax")
    softmax: 6 rules about it; rnnshape explain RNS118 says more of one
      RNS118  error    values of a kind that an operation does not take
    ...
    """
    known = {name.rstrip("s"): name for name in SUBJECTS}
    name = known.get(word.lower().rstrip("s"))
    if name is None:
        return None
    experiment, codes = EXPERIMENTS.get(name, ("", ()))
    speaks = re.compile(rf"\b(?:{SUBJECTS[name]})" if SUBJECTS[name] else r"(?!)")
    rules = (r for r in RULES.values() if r.code in codes or speaks.search(r.title) or speaks.search(r.why))
    return Subject(name, tuple(rules), experiment)


def speaking_of(words: str) -> list[Rule]:
    """Return the rules whose titles have most of some words, or begin with them, else whose reasons do: the first few.

    >>> [rule.title for rule in speaking_of("last steps of padding")]
    ['last step is padding']
    """
    asked = [re.compile(rf"\b{re.escape(word.rstrip('s'))}") for word in re.findall(r"\w{4,}", words.lower())]
    titles, reasons = ({r.code: r.title.lower() for r in RULES.values()}, {r.code: r.why.lower() for r in RULES.values()})
    for said in (titles, reasons):
        found = {code: sum(bool(word.search(text_of)) for word in asked) for code, text_of in said.items()}
        most = max(found.values())
        if most:
            return [RULES[code] for code, number in found.items() if number == most][:MOST_NAMED]
    return []
