"""Whether a reshape interleaves samples or misreads a dim's axes, and what to write instead.

>>> from rnnshape.layout.notation import parse
>>> before = parse("layers=2 batch=6 hidden=16")
>>> interleaves(before, parse("(layers=2 batch//2=3) (batch%2/6=2 hidden=16)"))
True
>>> interleaves(before, parse("layers=2 batch//2=3 batch%2/6=2 hidden=16"))
False
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import permutations

from rnnshape import text
from rnnshape.errors import LayoutError
from rnnshape.layout.axes import Axis, Block, Dim, Dims, Factor, axes_of, whole
from rnnshape.layout.dims import render, sizes_of
from rnnshape.layout.factoring import regroup
from rnnshape.layout.sizes import Monomial, Size, divide, product

__all__ = ["interleaves", "misread", "refuse_mixing", "repair"]


def refuse_mixing(before: Dims, after: Dims, call: str, all_axes: bool = False) -> None:
    """Raise where a reshape interleaves samples or misreads axes; the message has what to write instead.

    Args:
        before: the dims that are reshaped.
        after: what became of them.
        call: the reshape, as it was written.
        all_axes: whether axes besides layers and directions are looked at.
    """
    if (at := misread(before, after, all_axes)) is not None:
        raise LayoutError(_explain_misreading(before, after, at, call))
    if interleaves(before, after):
        raise LayoutError(_explain_interleaving(before, after, call))


def interleaves(before: Dims, after: Dims) -> bool:
    """Tell whether a reshape spread the samples over dims so that none of them is the batch any more.

    True where an axis called batch is mixed with others, or is cut across dims of which each holds something else too, or is
    cut and part of it merged although the sizes are merely the old ones in another order (a ``view`` meant as a transpose). A
    batch cut for its own sake, as in ``view(2, batch // 2, ...)``, is no interleaving, nor are rows that each hold a part of
    one sample.
    """
    if not _has_whole_batch(before) or _has_whole_batch(after):
        return False
    holding = [d for d in after if any(a.name == "batch" for a in axes_of(d))]
    if any(isinstance(f.axis, Block) for d in holding for f in d):
        return not _one_dim_decides_the_sample(before, after)
    crowded = [any(f.axis != piece.axis and f.size != 1 for f in d) for d in holding for piece in d if _is_batch(piece)]
    real = [[s for s in sizes_of(dims) if s != 1] for dims in (before, after)]
    reordered = real[0] != real[1] and sorted(map(str, real[0])) == sorted(map(str, real[1]))
    return any(crowded) and (all(crowded) or reordered)


def _explain_interleaving(before: Dims, after: Dims, call: str) -> str:
    """Write what an interleaving reshape does, and what to write instead if a transpose was found to mend it."""
    lines = [f"{call} interleaves samples: no dim of the result is batch", *_shown(before, after)]
    samples = _samples_in_first_row(before, after)
    if samples > 1:
        held = "samples 0 and 1" if samples == 2 else f"samples 0 to {samples - 1}"
        lines.append(f"           row 0 holds {held}")
    if found := repair(before, sizes_of(after)):
        code, result = found
        lines += [f"  instead  {code}", f"           {render(result)}"]
    return "\n".join(lines)


def misread(before: Dims, after: Dims, all_axes: bool = False) -> int | None:
    """Return a dim of ``before`` whose axes were dealt out in another order than theirs, None where there is none.

    Always wrong of a state's (layers directions), read as (directions, layers). Of other axes only where they end up mixed, and
    only if that is asked for: heads cut into groups can have the sizes of such a mistake.

    Args:
        before: the dims that are reshaped.
        after: what became of them.
        all_axes: whether axes besides layers and directions are looked at.

    >>> from rnnshape.layout.notation import parse
    >>> misread(parse("(layers=4 directions=2) batch=6"), parse("layers//2=2 (layers%2/4=2 directions=2) batch=6"))
    0
    """
    old, new = sizes_of(before), sizes_of(after)
    if product(new) == 0:
        return None
    reached = {product(new[:end]): end for end in reversed(range(len(new) + 1))}
    for at, dim in enumerate(before):
        ends = reached.get(product(old[:at])), reached.get(product(old[: at + 1]))
        if ends[0] is None or ends[1] is None:
            continue
        dealt = after[ends[0] : ends[1]]
        own, read = ([s for s in sizes if s != 1] for sizes in ([f.size for f in dim], sizes_of(dealt)))
        if own == read or sorted(map(str, own)) != sorted(map(str, read)):
            continue
        if _is_state(dim) or (all_axes and _blocks(dealt) > _blocks((dim,))):
            return at
    return None


def _explain_misreading(before: Dims, after: Dims, at: int, call: str) -> str:
    """Write what a reshape makes of the axes of one dim, and the sizes that have them apart."""
    apart = (*before[:at], *((f,) for f in before[at]), *before[at + 1 :])
    order = ", ".join(str(f.size) for f in before[at])
    return "\n".join([
        f"{call} cuts across axes: dim {at} is {render((before[at],))}, in this order",
        *_shown(before, after),
        f"  instead  unflatten({at}, ({order}))",
        f"           {render(apart)}",
    ])  # fmt: skip


def _shown(before: Dims, after: Dims) -> list[str]:
    """Lay before and after under each other; what a reshape has cut where it does not divide is called mixed."""
    blocks = {f.axis: None for d in after for f in d if isinstance(f.axis, Block)}
    spoken = tuple(tuple(whole(Axis("mixed"), f.size) if isinstance(f.axis, Block) else f for f in d) for d in after)
    shown = [[label, render(dims), text.sizes(sizes_of(dims))] for label, dims in (("from   ", before), ("to", spoken))]
    made_of = [" x ".join(map(str, block.parts)) for block in blocks]
    return [*text.columns(shown), *(f"           mixed is {parts}, cut where they do not divide" for parts in made_of)]


def _is_state(dim: Dim) -> bool:
    """Tell whether a dim is all of the layers and directions of a state."""
    return {a.name for a in axes_of(dim)} == {"layers", "directions"} and all(f.size == f.total for f in dim)


def _is_batch(factor: Factor) -> bool:
    return isinstance(factor.axis, Axis) and factor.axis.name == "batch"


def _is_whole_batch(factor: Factor) -> bool:
    return _is_batch(factor) and factor.size == factor.total


def _has_whole_batch(dims: Dims) -> bool:
    # A batch of one sample has nothing to interleave.
    return any(_is_whole_batch(f) and f.size != 1 for d in dims for f in d)


def _blocks(dims: Dims) -> int:
    return sum(isinstance(f.axis, Block) for d in dims for f in d)


def _one_dim_decides_the_sample(before: Dims, after: Dims) -> bool:
    """Tell whether along some dim of the result no entry holds anything of two samples."""
    batch, per_sample = _batch_and_per_sample(before)
    sizes = sizes_of(after)
    for at, size in enumerate(sizes):
        inner = product(sizes[at + 1 :])
        repeats = divide(product((size, inner)), product((batch, per_sample)))
        if repeats is not None and divide(per_sample, inner) is not None:
            return True
    return False


def _batch_and_per_sample(dims: Dims) -> tuple[Size, Size]:
    """Return the number of samples, and how many neighbouring elements belong to one."""
    factors = [f for d in dims for f in d]
    at = next(i for i, f in enumerate(factors) if _is_whole_batch(f) and f.size != 1)
    return factors[at].size, product(f.size for f in factors[at + 1 :])


def _samples_in_first_row(before: Dims, after: Dims) -> int:
    """Count the samples of which the first row of the result holds something; 0 where sizes are symbols."""
    batch, per_sample = _batch_and_per_sample(before)
    row = product(sizes_of(after)[1:])
    if isinstance(per_sample, Monomial) or isinstance(row, Monomial) or isinstance(batch, Monomial) or not per_sample:
        return 0
    return min(-(-row // per_sample), batch)


def repair(dims: Dims, sizes: Sequence[Size], not_at: Collection[int] = ()) -> tuple[str, Dims] | None:
    """Find a permutation after which these sizes have the batch as one dim and mix nothing else; every candidate is tried.

    Those that leave the order of the other dims come first: whoever joins layers and directions wants the layers first.

    Args:
        dims: that are reshaped.
        sizes: that they shall have.
        not_at: dims of the result in which the batch must not be.

    Returns:
        What to write, for a batch of any size, and what comes of it; None where nothing is found.
    """
    if len(dims) > 5:
        return None
    unchanged = tuple(range(len(dims)))
    batch = next((at for at, dim in enumerate(dims) if _has_whole_batch((dim,))), None)
    if batch is None:
        return None

    def disorder(order: tuple[int, ...]) -> tuple[bool, int]:
        others = [d for d in order if d != batch]
        return others != sorted(others), sum(a != b for a, b in zip(order, unchanged, strict=True))

    for order in sorted(permutations(unchanged), key=disorder)[1:]:
        moved = tuple(dims[d] for d in order)
        result = regroup(tuple(f for d in moved for f in d), sizes)
        samples = [at for at, d in enumerate(result) if len(d) == 1 and _has_whole_batch((d,))]
        if _blocks(result) > _blocks(dims) or not samples or not set(samples).isdisjoint(not_at):
            continue
        swapped = [d for d in unchanged if order[d] != d]
        code = f"transpose({swapped[0]}, {swapped[1]})" if len(swapped) == 2 else f"permute({', '.join(map(str, order))})"
        return code + _regrouping(moved, result, samples[0]), result
    return None


def _regrouping(moved: Dims, result: Dims, samples: int) -> str:
    """Write what makes one of the other, in a way that does not depend on the size of the batch; it is at dim ``samples``."""
    if moved == result:
        return ""
    sizes, joined, last = sizes_of(result), len(moved) - len(result), len(moved) - 1
    others = sorted(range(len(result)), key=lambda at: at == samples)
    for at in others if joined > 0 else ():
        end = at + joined
        if (*sizes_of(moved[:at]), product(sizes_of(moved[at : end + 1])), *sizes_of(moved[end + 1 :])) == sizes:
            return f".flatten({at})" if end == last else f".flatten({at}, {end})"
    return f".reshape({', '.join('-1' if at == samples else str(size) for at, size in enumerate(sizes))})"
