"""What is said of several tensors in one string, as somebody types it: ``"(layers batch hidden, layers batch hidden)"``."""

from __future__ import annotations

import re

__all__ = ["Entries", "entries_in"]

Entries = tuple["str | Entries | None", ...]
"""What is said of each tensor in a tuple: a Layout string, the same of a tuple in it, or None for nothing."""

_ONE_NAME = re.compile(r"[^\s()]*")


def entries_in(text: str) -> Entries | None:
    """Read a string that says what the axes of each tensor in a tuple are; None where it is the Layout of a single one.

    It is one pair of brackets around Layouts with commas between them. With nothing but a name between its commas it is one dim
    of several axes, as in any Layout.

    >>> entries_in("(layers batch hidden, layers batch hidden)")
    ('layers batch hidden', 'layers batch hidden')
    >>> entries_in("(batch seq feature, None)"), entries_in("(batch, seq)"), entries_in("(layers directions) batch hidden")
    (('batch seq feature', None), None, None)
    """
    parts = _between_commas(text.strip())
    if parts is None or all(map(_ONE_NAME.fullmatch, parts)):
        return None
    return tuple(None if part in ("None", "_") else entries_in(part) or part for part in parts)


def _between_commas(text: str) -> list[str] | None:
    """Return what stands between the commas of one pair of brackets; None where there is another form, or no comma."""
    depth, begun, parts = 0, 1, list[str]()
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth <= 0 and at < len(text) - 1:
            return None
        if letter == "," and depth == 1:
            parts.append(text[begun:at].strip())
            begun = at + 1
    if depth != 0 or not parts:
        return None
    last = text[begun:-1].strip()
    return [*parts, *([last] if last else [])]
