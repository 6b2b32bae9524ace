"""The catalogue of rules: a stable code, why it matters, and a wrong and a right program that run.

A code is never reused. ``rnnshape explain RNS103`` prints an entry, ``rnnshape rules`` lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Literal

from rnnshape.errors import SpecError
from rnnshape.report.catalogue import (
    annotated,
    attention,
    axes,
    cells,
    contract,
    exceptions,
    foresight,
    hiding,
    hypotheses,
    influence,
    kept,
    losses,
    meetings,
    onward,
    padding,
    placing,
    products,
    rolled,
    running,
    scores,
    states,
    steps,
    totals,
    unread,
    vectors,
    windows,
)
from rnnshape.report.catalogue.entry import PRELUDE, LineKind, Rule, Severity
from rnnshape.text import nearest

__all__ = ["FAMILIES", "PRELUDE", "RULES", "FailOn", "LineKind", "Rule", "Severity", "checked_codes", "counts", "rule"]

FailOn = Literal["error", "warning", "never"]
"""The least severity of a finding that is a failure."""

FAMILIES = {
    "0": "what no rule explains",
    "1": "the contract of a recurrent layer",
    "2": "an axis that is used as another",
    "3": "the wrong state picked",
    "4": "padding, packing and the order of samples",
    "5": "state and loss across steps",
    "6": "what an experiment measured",
}
"""What the rules are about whose codes begin with a digit."""

RULES: dict[str, Rule] = {}
_FILES = (
    contract, axes, attention, exceptions, annotated, steps, states, cells, padding, placing, losses, influence, meetings,
    rolled, running, scores, foresight, totals, unread, onward, kept, hiding,
    vectors, hypotheses, products, windows,
)  # fmt: skip
for _entry in sorted((entry for file in _FILES for entry in file.ENTRIES), key=lambda entry: entry.code):
    if _entry.code in RULES:
        raise ValueError(f"two rules have the code {_entry.code}")
    RULES[_entry.code] = _entry


def rule(code: str) -> Rule:
    """Return the entry of a code, in any case.

    Raises:
        KeyError: for a code that is in no catalogue; the message has the nearest one, if one is near.
    """
    found = RULES.get(code.upper())
    if found is None:
        raise KeyError(f"there is no rule {code!r}{nearest(code.upper(), _near(code.upper()))}")
    return found


def _near(code: str) -> list[str]:
    """Return the codes that differ in one character that is wrong, missing or too much, or in two that are exchanged."""
    digits = code.removeprefix("RNS") if not code.isdigit() else code
    return [known for known in RULES if code == known[3:] or _is_one_off(code, known) or _is_one_off(digits, known[3:])]


def _is_one_off(given: str, known: str) -> bool:
    same = zip(given, known, strict=False)
    at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], same))
    rest, meant = given[at:], known[at:]
    return rest[1:] in (meant, meant[1:]) or rest == meant[1:] or (rest[1::-1] == meant[:2] and rest[2:] == meant[2:])


def counts(severity: Severity, fail_on: FailOn) -> bool:
    """Tell whether a finding is a failure.

    >>> [counts("warning", least) for least in ("error", "warning", "never")]
    [False, True, False]
    """
    return fail_on != "never" and severity in ("error", fail_on)


def checked_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes to be ignored, all of which must exist.

    Raises:
        SpecError: for anything else; the message has the nearest code.
    """
    if isinstance(codes, str):
        raise SpecError(f"ignore={codes!r}: a list of codes is needed, as in ignore=[{codes!r}]")
    found = tuple(codes)
    for code in found:
        try:
            rule(code)
        except KeyError as error:
            raise SpecError(f"ignore={list(found)!r}: {error.args[0]}") from None
    return tuple(code.upper() for code in found)
