"""What an entry of the catalogue is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Rule", "Severity"]

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry of the catalogue.

    Attributes:
        code: stable, such as "RNS103".
        title: a few words.
        severity: "error" where it is proved wrong, "warning" where it is legal but almost never meant, "info" for a note.
        why: what goes wrong.
        wrong: code that has the mistake.
        right: the same, mended.
    """

    code: str
    title: str
    severity: Severity
    why: str
    wrong: str
    right: str
