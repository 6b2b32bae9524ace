"""What to write instead of a reshape that scrambles: the dims apart, in another order, and joined to the sizes that are wanted.

>>> from rnnshape.layout.notation import parse
>>> rearranged(parse("(seq=9 batch=6) hidden=16"), (6, 9, 16))
'unflatten(0, (9, -1)).transpose(0, 1)'
>>> rearranged(parse("batch=6 seq=9 hidden=16"), (6, 4, 9, 4))
'unflatten(-1, (4, 4)).transpose(1, 2)'
>>> rearranged(parse("batch=6 head=4 seq=9 hidden=3"), (6, 9, 12))
'transpose(1, 2).flatten(2)'
>>> rearranged(parse("(layers=2 directions=2) batch=6 hidden=16"), (2, 6, 32))
'unflatten(0, (2, 2)).transpose(1, 2).flatten(2)'
>>> rearranged(parse("(batch=6 seq=9) char=4 feature=8"), (54, 8, 4))
'transpose(1, 2)'
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import permutations
from math import prod

from rnnshape.layout.axes import Axis, Dims, Factor
from rnnshape.layout.dims import sizes_of
from rnnshape.layout.sizes import Size

__all__ = ["rearranged"]

_APART = ("batch", "seq", "step")
_MOST = 5

Atoms = tuple[tuple[str, int], ...]
"""The axes of a tensor in their order, each with its size."""


def rearranged(before: Dims, sizes: Sequence[Size], not_at: Collection[int] = ()) -> str | None:
    """Return the one way to these sizes that leaves samples and steps whole, and apart; None where there is none, or several.

    Args:
        before: the dims that are reshaped.
        sizes: that they shall have.
        not_at: dims of the result in which the batch must not be.
    """
    wanted = [s for s in sizes if isinstance(s, int)]
    if len(wanted) != len(sizes) or not all(isinstance(s, int) and s > 0 for s in sizes_of(before)):
        return None
    for ways in (_kept_together(before), _taken_apart(before, wanted), _states_apart(before)):
        found = [order for code, atoms in ways if len(atoms) <= _MOST for order in _orders(code, atoms, wanted, not_at)]
        least = min((disorder for disorder, _ in found), default=None)
        best = {code for disorder, code in found if disorder == least}
        if best:
            return best.pop() if len(best) == 1 else None
    return None


def _kept_together(dims: Dims) -> Iterator[tuple[str, Atoms]]:
    """Yield the dims as they are, where samples are folded into one with others: what lies behind may be in another order."""
    named = [tuple(_atom(f) for f in d) for d in dims]
    known = [[a for a in d if a is not None] for d in named]
    folded = [any(name == "batch" for name, _ in d) and len(d) > 1 for d in known]
    if any(folded) and all(len(d) == len(k) for d, k in zip(named, known, strict=True)):
        names = ["batch" if f else "x".join(n for n, _ in d) or "1" for d, f in zip(known, folded, strict=True)]
        yield "", tuple((name, prod(s for _, s in d)) for name, d in zip(names, known, strict=True))


def _states_apart(dims: Dims) -> Iterator[tuple[str, Atoms]]:
    """Yield the rows of a state by layers and directions, and all other dims as they are."""
    named = [tuple(_atom(f) for f in d) for d in dims]
    rows = [at for at, d in enumerate(named) if {a[0] for a in d if a is not None} == {"layers", "directions"} and len(d) == 2]
    if len(rows) != 1 or any(a is None for d in named for a in d) or any(len(d) != 1 for d in named if d != named[rows[0]]):
        return
    atoms = tuple(a for d in named for a in d if a is not None)
    yield f"unflatten({rows[0]}, ({', '.join(str(a[1]) for a in named[rows[0]] if a is not None)}))", atoms


def _taken_apart(before: Dims, sizes: Sequence[int]) -> Iterator[tuple[str, Atoms]]:
    """Yield the axes of the dims, with what takes a dim of several axes apart; the last dim may be cut into heads."""
    named = [tuple(_atom(f) for f in d) for d in before]
    if any(atom is None for d in named for atom in d):
        return
    dims = [[a for a in d if a is not None] or [("1", 1)] for d in named]
    joined = [at for at, d in enumerate(dims) if len(d) > 1 and not _are_features(d)]
    plain = [d if at in joined else [("x".join(n for n, _ in d), prod(s for _, s in d))] for at, d in enumerate(dims)]
    if len(joined) > 1:
        return
    cut = f"unflatten({joined[0]}, {_written(dims[joined[0]])})" if joined else ""
    atoms = tuple(atom for d in plain for atom in d)
    yield cut, atoms
    name, size = atoms[-1]
    for at in range(len(sizes)):
        if not joined and len(sizes) == len(atoms) + 1 and 1 < sizes[at] < size and size % sizes[at] == 0:
            heads = sizes[at]
            yield f"unflatten(-1, ({heads}, {size // heads}))", (*atoms[:-1], ("heads", heads), (name, size // heads))


def _atom(factor: Factor) -> tuple[str, int] | None:
    if not isinstance(factor.axis, Axis) or not isinstance(factor.size, int) or factor.size != factor.total:
        return None
    return factor.axis.name, factor.size


def _are_features(dim: Sequence[tuple[str, int]]) -> bool:
    return not any(name in _APART for name, _ in dim)


def _written(dim: Sequence[tuple[str, int]]) -> str:
    return f"({', '.join('-1' if name == 'batch' else str(size) for name, size in dim)})"


def _orders(code: str, atoms: Atoms, sizes: Sequence[int], not_at: Collection[int]) -> Iterator[tuple[tuple[bool, int], str]]:
    """Yield what to write for each order of the axes that has these sizes, with how far it is from theirs.

    Those come first that leave channels, heads and features in their order, whatever lies between them.
    """
    unchanged = tuple(range(len(atoms)))
    for order in permutations(unchanged):
        groups = _grouped([atoms[at] for at in order], sizes)
        if order == unchanged or groups is None or not _are_apart(groups, not_at):
            continue
        moved = [at for at in unchanged if order[at] != at]
        turn = f"transpose({moved[0]}, {moved[1]})" if len(moved) == 2 else f"permute({', '.join(map(str, order))})"
        several = [(at, len(group)) for at, group in enumerate(groups) if len(group) > 1]
        if len(several) > 1:
            continue
        join = "".join(f".flatten({at})" if at == len(groups) - 1 else f".flatten({at}, {at + n - 1})" for at, n in several)
        others = [at for at in order if atoms[at][0] not in _APART]
        yield (others != sorted(others), len(moved)), f"{code}{'.' if code else ''}{turn}{join}"


def _grouped(atoms: Sequence[tuple[str, int]], sizes: Sequence[int]) -> list[list[str]] | None:
    """Return which axes make up each of the sizes, one behind the other; None where they do not."""
    groups: list[list[str]] = []
    rest = list(atoms)
    for size in sizes:
        group: list[str] = []
        held = 1
        while rest and (held < size or not group):
            name, one = rest.pop(0)
            group.append(name)
            held *= one
        if held != size:
            return None
        groups.append(group)
    return None if rest else groups


def _are_apart(groups: Sequence[Sequence[str]], not_at: Collection[int]) -> bool:
    """Tell whether samples and steps lie along dims of their own, with nothing but what the batch was folded with."""
    for at, group in enumerate(groups):
        if sum(name in _APART for name in group) > 1 or ("batch" in group and at in not_at):
            return False
        if any(name in ("seq", "step") for name in group) and len(group) > 1:
            return False
        if "batch" in group and len(group) > 1:
            return False
    return True
