"""What an axis is, and how a piece of one is written.

A dimension of a tensor is a row-major product of factors. A factor is a contiguous piece of an axis: for an axis of
``total`` elements, the piece of element ``i`` is ``(i // stride) % size``. A whole axis is the factor ``(axis, n, 1, n)``.

Where a reshape cuts an axis at places that do not divide, the axes concerned become one `Block`: an axis whose elements are
the row-major product of the block's own factors. Its pieces are factors like any other, and fuse back when a later reshape
puts them together, so nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rnnshape.layout.sizes import Size

__all__ = [
    "COPIES", "PLACES", "ROLES", "UNKNOWN", "VARIABLES", "Axis", "Block", "Crop", "Dim", "Dims", "Factor", "axes_of",
    "near_role", "role_of", "whole",
]  # fmt: skip

# How people already spell the role words: torch's documentation, einops, Keras. Of a word the case does not matter; letters are
# torch's own, and what small ones stand for depends on the others: see `rnnshape.layout.letters`.
_SPELLINGS = {
    "batch": "N B bs batch_size",
    "seq": "T L len length time steps seq_len sequence timesteps",
    "feature": "H_in F feat feats channels features input_size",
    "hidden": "H H_out H_cell hidden_size",
    "layers": "num_layers layer",
    "directions": "D num_directions direction",
    "gates": "gate num_gates",
}
ROLES = frozenset(_SPELLINGS)
"""The role words."""

_LETTERS = {word: role for role, words in _SPELLINGS.items() for word in words.split() if len(word) == 1}
_WORDS = {word.lower(): role for role, words in _SPELLINGS.items() for word in (role, *words.split()) if len(word) > 1}


def role_of(word: str) -> str:
    """Translate a usual spelling to the role word; any other word stands for itself.

    >>> role_of("N"), role_of("Time"), role_of("vocab")
    ('batch', 'seq', 'vocab')
    """
    return (_LETTERS.get(word) if len(word) == 1 else _WORDS.get(word.lower())) or word


def near_role(name: str) -> str | None:
    """Return the role word that a name may be misspelt of: a letter is missing or too many, or two are exchanged.

    Another letter in its place is no such evidence: "set" is a word of its own.

    >>> near_role("sq"), near_role("bacth"), near_role("seq"), near_role("set"), near_role("seq2")
    ('seq', 'batch', None, None, None)
    """
    word = name.lower()
    if len(word) < 2 or not word.isalpha() or word in _WORDS:
        return None
    return next((_WORDS[known] for known in _WORDS if len(known) > 2 and _is_slip(word, known)), None)


def _is_slip(word: str, known: str) -> bool:
    short, long = sorted((word, known), key=len)
    if len(long) - len(short) == 1:
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    exchanged = (known[:at] + known[at + 1] + known[at] + known[at + 2 :] for at in range(len(known) - 1))
    return len(word) == len(known) and word in exchanged


PLACES = frozenset([
    "height", "width", "row", "rows", "column", "columns", "pixel", "pixels", "patch", "patches", "region", "regions", "node",
    "nodes", "vertex", "vertices", "joint", "joints", "keypoint", "keypoints", "landmark", "landmarks", "point", "points",
])  # fmt: skip
"""Axes of places in a picture, a body or a graph. Variables and sensors are none of them: models hand these over as steps on
purpose, and the frequencies of a spectrum are a sequence of their own."""

VARIABLES = frozenset(["feature", "channel", "channels", "sensor", "sensors", "variable", "variables"])
"""Axes without an order. Whoever walks over them on purpose has sizes that were made for it."""

_STEPS = frozenset(["seq", "step"])
_FEATURES = frozenset(["feature", "hidden"])


class Crop(NamedTuple):
    """The part of an axis that a slice left: ``range(start, stop, step)`` of ``total`` elements.

    >>> str(Crop(1, 9, 1, 9)), str(Crop(0, 9, 2, 9)), str(Crop(8, 9, 1, 9))
    ('[1:9/9]', '[0:9:2/9]', '[8/9]')
    """

    start: int
    stop: int
    step: int
    total: int

    def __str__(self) -> str:
        if self.stop == self.start + 1:
            return f"[{self.start}/{self.total}]"
        step = f":{self.step}" if self.step != 1 else ""
        return f"[{self.start}:{self.stop}{step}/{self.total}]"


class Axis(NamedTuple):
    """An axis with a meaning.

    Two axes are the same only if name, ``of`` and crop agree: the ``seq@encoder`` and ``seq@decoder`` of a seq2seq model are
    two axes even at equal size.

    Attributes:
        name: a role word (batch, seq, feature, hidden, layers, directions, gates) or any other word. A spelling of a role
            word that is an axis of its own is written in quotes.
        of: what tells it apart from another axis of that name; empty where there is one.
        crop: the slice that it is of a larger axis, or None.
    """

    name: str
    of: str = ""
    crop: Crop | None = None

    @property
    def counts_steps(self) -> bool:
        """Whether it runs through time: the steps of a sequence, or the turns of a loop.

        >>> Axis("seq").counts_steps, Axis("step").counts_steps, Axis("batch").counts_steps
        (True, True, False)
        """
        return self.name in _STEPS

    @property
    def counts_features(self) -> bool:
        """Whether it runs through features, those of an input or the units of a layer, which are in no order of their own.

        >>> Axis("feature").counts_features, Axis("hidden").counts_features, Axis("seq").counts_features
        (True, True, False)
        """
        return self.name in _FEATURES

    def __str__(self) -> str:
        name = self.name if role_of(self.name) == self.name else repr(self.name)
        origin = f"@{self.of}" if self.of else ""
        return f"{name}{origin}{self.crop or ''}"


@dataclass(frozen=True, slots=True)
class Block:
    """Several factors read row-major as one axis, cut where they do not divide.

    Attributes:
        parts: the factors, slowest first.
    """

    parts: tuple[Factor, ...]

    def __str__(self) -> str:
        return "{" + " ".join(map(str, self.parts)) + "}"


class Factor(NamedTuple):
    """A contiguous piece of an axis: of element ``i`` it is ``(i // stride) % size``.

    Attributes:
        axis: the axis or block that it is a piece of.
        size: elements of the piece.
        stride: elements of the axis between two neighbours of the piece.
        total: elements of the whole axis.

    >>> str(Factor(Axis("batch"), 6, 1, 6)), str(Factor(Axis("batch"), 3, 2, 6)), str(Factor(Axis("batch"), 2, 1, 6))
    ('batch=6', 'batch//2=3', 'batch%2/6=2')
    """

    axis: Axis | Block
    size: Size
    stride: Size
    total: Size

    def __str__(self) -> str:
        size = str(self.size)
        if self.axis == UNKNOWN:
            return f"?={size}"
        name = str(self.axis)
        if self.size == self.total:
            return name if size == name else f"{name}={size}"
        cut = f"//{self.stride}" if self.stride != 1 else ""
        if self.size * self.stride != self.total:
            cut += f"%{size}/{self.total}"
        return f"{name}{cut}={size}"


Dim = tuple[Factor, ...]
"""A dimension: factors, slowest first. The empty one has size 1 and no meaning."""

Dims = tuple[Dim, ...]
"""The dimensions of a tensor."""

UNKNOWN = Axis("?")
"""The axis of a dimension that nobody can vouch for. It claims nothing."""

COPIES = Axis("copies")
"""The axis of a dimension made by ``expand``: nothing varies along it."""


def whole(axis: Axis | Block, size: Size) -> Factor:
    """Return the factor that is all of an axis."""
    return Factor(axis, size, 1, size)


def axes_of(dim: Dim) -> Iterator[Axis]:
    """Yield every axis that has a part in a dimension, those inside blocks included."""
    for factor in dim:
        if isinstance(factor.axis, Block):
            yield from axes_of(factor.axis.parts)
        else:
            yield factor.axis
