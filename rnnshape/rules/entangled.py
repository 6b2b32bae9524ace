"""RNS203 and RNS209 of two axes in one dim that a reshape has cut as if they lay the other way round, and one part is reduced.

Rows that were laid word by word, (word, take), and are viewed as (take, word), have along either dim pieces of both. Where the
two are as long as each other nothing tells that apart from what is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.tables import runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Normalisation, Reduction
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_data
from rnnshape.rules.wording import called, instead, word, wrong

__all__: list[str] = []

_RESHAPES = frozenset(["view", "reshape", "unflatten", "view_as", "reshape_as"])


_IN_TURN = frozenset(["seq", "step", UNNAMED])
"""What may be cut into longer runs, and these reduced."""


class _Pair(NamedTuple):
    """Two axes that lay in one dim, and were cut as if they lay the other way round.

    Attributes:
        outer: the one that lay in front.
        inner: the other.
        dim: the first of the two dims along which both lie now; it is as long as the inner axis.
    """

    outer: Axis
    inner: Axis
    dim: int


@rule(Reduction, Normalisation)
def two_axes_taken_for_one(use: Reduction | Normalisation, step: Step) -> Iterator[Mistake]:
    """A mean, or a softmax, along one of two dims that were cut in another order than the axes in them lay."""
    dims = use.dims if isinstance(use, Reduction) else (use.dim,)
    for pair in _pairs(use.mark):
        along = [dim for dim in dims if dim in (pair.dim, pair.dim + 1)]
        site = use.mark.sites.get(pair.outer)
        if len(along) != 1 or site is None or (along[0] > pair.dim and pair.inner.name in _IN_TURN):
            continue
        inner, outer = use.mark.sizes[pair.dim : pair.dim + 2]
        what = f"{text.sizes(site.sizes_before)} to {text.sizes(site.sizes)}" if site.name in _RESHAPES else "what it is given"
        cuts = f"{site.name} of {what} cuts {_worded(pair.outer)}={outer} and {_worded(pair.inner)}={inner}"
        takes = f"{called(use.name)} over dim {along[0]} takes pieces of both for one of them"
        message = f"{cuts}, which lie in this order, as if they lay the other way round, and {takes}"
        code = "RNS203" if "batch" in (pair.outer.name, pair.inner.name) else "RNS209"
        yield wrong(code, message, _turned(use.mark, pair), site=site, seen=use.mark)
        return


def _worded(axis: Axis) -> str:
    return "?" if axis.name == UNNAMED else word(axis)


def _pairs(mark: Mark) -> Iterator[_Pair]:
    """Yield the pairs of axes that lie so."""
    known = [(axis, table) for axis, table in mark.tables.items() if is_data(axis) or axis.name == UNNAMED]
    cut = [(axis, table) for axis, table in known if len(runs_along(table)) == 2]
    for (outer, table), (inner, other) in permutations(cut, 2):
        dim, behind = runs_along(table)
        if behind == dim + 1 and runs_along(other) == [dim, behind] and _is_cut_otherwise(table, other, dim):
            yield _Pair(outer, inner, dim)


def _is_cut_otherwise(outer: Tensor, inner: Tensor, dim: int) -> bool:
    """Tell whether (outer, inner) lie one behind the other as they did in one dim, and the sizes are (inner, outer)."""
    first, second = outer.size(dim), outer.size(dim + 1)
    every = torch.arange(first * second)
    is_in_turn = torch.equal(outer.flatten(), every // first) and torch.equal(inner.flatten(), every % first)
    return first != second and is_in_turn


def _turned(mark: Mark, pair: _Pair) -> str | None:
    """Return what to write in place of the reshape, where it cut one dim of the two, or two that were theirs, and no other."""
    site = mark.sites.get(pair.outer)
    if site is None or site.name not in _RESHAPES or site.location is None or site.name not in site.location.code:
        return None
    at, table = pair.dim, mark.tables[pair.outer]
    inner, outer = table.size(at), table.size(at + 1)
    ahead, behind = site.sizes[:at], site.sizes[at + 2 :]
    if site.sizes != (*ahead, inner, outer, *behind):
        return None
    turn = f"transpose({at}, {at + 1})"
    if site.sizes_before == (*ahead, outer, inner, *behind):
        return instead(site, turn)
    if site.sizes_before == (*ahead, outer * inner, *behind):
        return instead(site, f"unflatten({at}, ({outer}, {inner})).{turn}")
    return None
