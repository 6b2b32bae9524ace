"""Letters that name the axes of an input: ``"b t d"``, ``"N T C"``, ``"s b e"``.

Which axis a letter stands for depends on the others. ``n`` is the batch where there is no ``b``, ``s`` are the steps where
there is no ``t``, and one letter that is left is the features; in ``"b c h w"`` an ``h`` is a height. What is open is an axis
of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnshape.errors import LayoutSyntaxError
from rnnshape.layout import notation
from rnnshape.layout.axes import Axis, role_of, whole
from rnnshape.layout.dims import held
from rnnshape.layout.layout import Layout

__all__ = ["parse_axes"]

_BATCH = Axis("batch")
_FEATURES = frozenset(["c", "d", "e", "f", "dim", "emb", "embed", "embedding", "channel"])

_NO_NAMES = re.compile(r"'\w*'|@\w+|\[[^\]]*\]|=[\w*]+|//[\w*]+|%[\w*/]+")
_DIM = re.compile(r"\([^)]*\)?|\{[^}]*\}?|[^\s,({]+")
_NAME = re.compile(r"[A-Za-z_]\w*")


def parse_axes(text: str | Layout) -> Layout:
    """Read what somebody says of an input's axes; a Layout is returned as it is.

    Raises:
        LayoutSyntaxError: with a caret under the mistake; the batch of an input lies along one dim.

    >>> print(parse_axes("b t d"))
    batch=b seq=t feature=d
    >>> print(parse_axes("(b t) c"), parse_axes("b t s"), parse_axes("B C H W"), sep="; ")
    (batch=b seq=t) feature=c; batch=b seq=t s; batch=B C 'H'=H W
    """
    if isinstance(text, Layout):
        return text
    spellings = _spellings(text)
    found = Layout(held(notation.parse(text, spellings)))
    if sum(factor == whole(_BATCH, factor.size) for dim in found.dims for factor in dim) > 1:
        said = [word for word in _NAME.finditer(text) if (spellings.get(word.group()) or role_of(word.group())) == "batch"]
        raise LayoutSyntaxError(text, said[1].start(), "the batch is named twice; give this dim its own name, such as seq")
    return found


def _spellings(text: str) -> dict[str, str]:
    """Return what the letters in a text stand for, and some words that are features only beside a batch and steps."""
    alone: list[str] = []
    joined: list[str] = []
    states: dict[str, str] = {}
    for names in _dims(text):
        (alone if len(names) == 1 else joined).extend(names)
        if [name.lower() for name in names] == ["l", "d"]:
            states = dict(zip(names, ("layers", "directions"), strict=True))
    roles = {role_of(name) for name in (*alone, *joined) if len(name) > 1}
    letters = [name for name in alone if len(name) == 1]
    small = {name.lower() for name in letters}
    batch = "" if "batch" in roles else _first("bn", small) or _first("b", {name.lower() for name in joined})
    seq = "" if "seq" in roles else _steps(alone, small) or _first("t", {name.lower() for name in joined})
    found = {name: {batch: "batch", seq: "seq"}[name.lower()] for name in (*alone, *joined) if name.lower() in (batch, seq)}
    found |= {name: name for name in letters if name.lower() in "bntsl" and name not in found}
    has_steps = seq != "" or "seq" in roles
    is_hidden = small.isdisjoint("wcef") and not (has_steps and "d" in small)  # else a height, or heads
    found |= {name: "hidden" if is_hidden else name for name in letters if name.lower() == "h"}
    others = [name for name in alone if found.get(name, role_of(name)) not in ("batch", "seq")]
    if has_steps and (batch or "batch" in roles):
        for name in others:
            if name.lower() in _FEATURES:
                found[name] = "feature" if len(others) == 1 else name
    return found | states


def _dims(text: str) -> Iterator[list[str]]:
    """Yield the names of each dim."""
    for dim in _DIM.findall(_NO_NAMES.sub("", text)):
        if names := _NAME.findall(dim):
            yield names


def _first(letters: str, among: set[str]) -> str:
    return next((letter for letter in letters if letter in among), "")


def _steps(alone: list[str], small: set[str]) -> str:
    """Return the letter of the steps; none of two that it could be, nor an ``l`` that may be the layers of a state."""
    if "t" in small:
        return "t"
    if {"s", "l"} <= small or (alone[:1] == ["l"] and "h" in small):
        return ""
    return _first("sl", small)
