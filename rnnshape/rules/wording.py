"""How a rule says that something is wrong: with the tensors that show it, and in sentences that several rules share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import OF_SCORES, ROWS, TURNED, UNNAMED, Mark, Site
from rnnshape.coordinates.reading import layout_before, layout_of
from rnnshape.coordinates.tables import compress, expand, numbers, runs_along, separable, varies
from rnnshape.harmless import Guard
from rnnshape.layout.axes import UNKNOWN, Axis
from rnnshape.layout.interleaving import repair
from rnnshape.layout.layout import Layout
from rnnshape.layout.rearranging import rearranged
from rnnshape.report.finding import Became
from rnnshape.report.grid import Grid
from rnnshape.report.instead import instead_of
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.assigned import call_at
from rnnshape.rules.names import called
from rnnshape.rules.sketches import apart, sketch

__all__ = [
    "another_dim", "called", "dealt_to_heads", "element", "held", "in_order", "instead", "last_step", "mixed",
    "mixed_in_a_loop", "scrambled", "viewed_for_a_transpose", "word", "wrong",
]  # fmt: skip

_SHOWN = ("batch", ROWS, "seq", "layers", "directions")
_RESHAPES = frozenset(["view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "ravel"])


def wrong(
    code: str,
    message: str,
    suggestion: str | None = None,
    *,
    site: Site | None = None,
    seen: Mark | None = None,
    shown: Sequence[tuple[str, Mark]] = (),
    at: Location | None = None,
    marked: Tensor | None = None,
    grids: tuple[Grid | None, ...] = (),
    moved_at: Location | None = None,
    axes: tuple[str, ...] = _SHOWN,
) -> Mistake:
    """Return a mistake with what shows it.

    Args:
        code: the rule's.
        message: one sentence.
        suggestion: an edit that was tried and repairs it.
        site: the operation that gave the axis its form; the finding points there, and shows before and after.
        seen: the tensor that is shown where there is no site.
        shown: tensors that are shown in any case, by name.
        at: the line that it points to, where that is neither the site's nor the one that is running.
        marked: of which elements of ``seen`` it tells, for the picture.
        grids: of the picture; those of ``seen`` and ``shown`` where there are none.
        moved_at: the line that has put samples in the order in which they do not fit.
        axes: the names of those that ``seen`` and ``shown`` are read with.
    """
    layouts: list[tuple[str, Layout]] = []
    became: Became | None = None
    if site is not None and (before := layout_before(site)) is not None:
        layouts.append(("before", before))
        became = Became(site.name, site.sizes)
    for name, mark in (*((("seen", seen),) if seen is not None and site is None else ()), *shown):
        if (layout := layout_of(mark, axes)) is not None:
            layouts.append((name, layout))
    location = at or (site.location if site is not None else None)
    drawn = tuple(filter(None, grids))
    with Guard():  # a picture that fails must not cost the finding
        drawn = drawn or _grids(became, seen, shown, marked)
    return Mistake(code, message, suggestion, tuple(layouts), became, location=location, grids=drawn, moved_at=moved_at)


def _grids(
    became: Became | None, seen: Mark | None, shown: Sequence[tuple[str, Mark]], marked: Tensor | None
) -> tuple[Grid, ...]:
    """Return the grids of a picture; none where a reshape explains it all: they follow from the Layout before."""
    named = shown
    if became is not None and became.operation in _RESHAPES and not named:
        return ()
    label = became.operation if became is not None else "what it got"
    found = [sketch(name, mark) for name, mark in named]
    found += [sketch(label, seen, marked)] if seen is not None else []
    known = tuple(filter(None, found))
    return (known[0], apart(*known)) if len(known) == len(named) == 2 else known


def word(axis: Axis) -> str:
    """Return the word for an axis: the steps of an output are those of a sequence."""
    return "seq" if axis.name == "step" else axis.name


def held(mark: Mark, axis: Axis, dim: int) -> str:
    """Say which samples lie along a dim, in the first line that has more than one."""
    table = mark.tables[axis].movedim(dim, -1)
    lines = table.reshape(-1, table.size(-1))
    line = next((line for line in lines if bool((line[line >= 0] != line.max()).any())), lines[0])
    values = sorted(set(numbers(line)) - {-1})
    shown = text.listed(values) if len(values) <= 4 else f"{values[0]} to {values[-1]}"
    return f"along dim {dim} of {text.sizes(mark.sizes)} lie samples {shown}"


def element(mark: Mark, axis: Axis, where: tuple[int, ...]) -> str:
    """Name an element by its coordinates."""

    def coordinate(table: Tensor) -> int:
        return int(table[tuple(min(i, s - 1) for i, s in zip(where, table.shape, strict=False))])

    words = [f"sample {coordinate(mark.tables[axis])}"]
    for name in ("seq", "step"):
        for _, table in mark.of(name):
            if table.dim() == len(where) and runs_along(table):
                words.append(f"step {coordinate(table)}")
                return " ".join(words)
    return " ".join(words)


def mixed(name: str, mark: Mark, axis: Axis, dim: int, taken: str) -> Mistake:
    """Say that samples lie along a dim which an operation takes for something else."""
    site = mark.sites.get(axis)
    message = f"samples are mixed: {held(mark, axis, dim)}, and {called(name)} takes that dim for {taken}"
    apart = (dim,) if site is not None and site.sizes == mark.sizes else ()
    return wrong("RNS203", message, _instead(site, apart) or _as_a_column(site), site=site, seen=mark)


def _as_a_column(site: Site | None) -> str | None:
    """Return what keeps the samples of a vector along dim 0 where it met a matrix, whose last dim torch aligns it with."""
    if site is None or len(site.sizes_before) != 1 or len(site.sizes) != 2:
        return None
    return f"unsqueeze(1) of the operand of sizes {text.sizes(site.sizes_before)} fits"


def scrambled(
    name: str, mark: Mark, dims: tuple[int, ...], seq_dim: int | None = None, picked: bool = False
) -> Mistake | None:
    """Say that a reshape cut an axis into pieces that lie in no order along these dims; None where there is no such axis.

    Args:
        name: of the operation.
        mark: of what it takes.
        dims: those that matter to it.
        seq_dim: the one that it takes for steps; the others are features to it.
        picked: whether a loop gives it one piece after the other: each of them may be in some order, and all of them in none.
    """
    if picked and any(s.name in _RESHAPES and not s.tables_before for s in mark.sites.values()):
        return None  # of a piece before this one it was told
    for axis, table in sorted(mark.tables.items(), key=lambda item: item[0].counts_features):
        if axis.name in ("step", "layers", "directions", TURNED, UNNAMED) or axis.name in OF_SCORES:
            continue
        site = mark.sites.get(axis)
        if not any(varies(table, d) for d in dims) or (separable(table) and not (picked and _was_scrambled(axis, site))):
            continue
        if axis.name == ROWS:
            dim = next(d for d in dims if varies(table, d))
            return mixed(name, mark, axis, dim, "steps" if dim == seq_dim else "features")
        what = site.name if site else name
        before = layout_before(site) if site else None
        cut = f"{what} of {before}" if before else what
        sizes = text.sizes(site.sizes if site else mark.sizes)
        message = f"{axis.name} is scrambled: {cut} to {sizes} cuts it into pieces that lie along several dims in no order"
        return wrong("RNS209", f"{message}, and {called(name)} takes them as they lie", in_order(site), site=site, seen=mark)
    return None


def _was_scrambled(axis: Axis, site: Site | None) -> bool:
    """Tell whether a reshape has cut an axis in no order, of which only a piece is left."""
    table = site.tables_before.get(axis) if site is not None and site.name in _RESHAPES else None
    full = expand(table, site.sizes_before) if site is not None and table is not None else None
    return full is not None and site is not None and not separable(compress(full.reshape(site.sizes)))


def mixed_in_a_loop(name: str, mark: Mark, axis: Axis) -> Mistake | None:
    """Say that a reshape has cut samples in no order, of which a loop takes one piece after the other; None where none has."""
    site = mark.sites.get(axis)
    if site is None or not _was_scrambled(axis, site):
        return None
    cuts = f"{site.name} of {layout_before(site) or text.sizes(site.sizes_before)} to {text.sizes(site.sizes)} cuts across them"
    message = f"samples are mixed: {cuts}, and {called(name)} reads one piece after the other"
    return wrong("RNS203", message, _instead(site, ()), site=site, seen=mark)


def dealt_to_heads(name: str, mark: Mark, axis: Axis, dims: tuple[int, int], steps: list[int]) -> Mistake:
    """Say that a reshape has given each head a run of steps, where all of them are meant.

    Args:
        name: of the operation that runs along the steps.
        mark: of queries or keys.
        axis: of the steps.
        dims: of the heads, and of what is taken for the steps.
        steps: those of the first head.
    """
    site = mark.sites.get(axis)
    here = f"row 0 of dim {dims[0]} holds pieces of {text.count(len(steps), 'step')} only, {text.listed(steps)}"
    message = f"the steps are dealt out: {here}, along dim {dims[1]}, which {name} takes for all steps"
    return wrong("RNS209", message, in_order(site), site=site, seen=mark)


def viewed_for_a_transpose(name: str, mark: Mark, dims: tuple[int, ...], picked: bool = False) -> Mistake | None:
    """Say that a reshape has exchanged the sizes of two dims and not the dims, whatever they are; None where there is none.

    Args:
        name: of the operation.
        mark: of what it takes.
        dims: those that matter to it.
        picked: whether it is given a slice of what the reshape has made, by a loop.
    """
    unnamed = [table for _, table in mark.of(UNNAMED) if any(varies(table, d) for d in dims)]
    cut = [table for table in unnamed if len(runs_along(table)) > 1] if not picked else unnamed if len(unnamed) > 1 else []
    for axis, _ in mark.of(UNNAMED) if cut else ():
        site = mark.sites.get(axis)
        pair = _exchanged(site) if site is not None and site.name in _RESHAPES else None
        if site is None or pair is None:
            continue
        was, now = text.sizes(site.sizes_before), text.sizes(site.sizes)
        turned = f"transpose({pair[0]}, {pair[1]})"
        if sorted(site.sizes_before) == sorted(site.sizes):
            what, fits = "exchanges two sizes, and no dims", instead(site, turned)
        elif (site.sizes[pair[0]] == site.sizes_before[pair[1]] or not all(map(separable, cut))) and _is_repaired(site, *pair):
            what = f"cuts dims {pair[0]} and {pair[1]} as if they lay the other way round"
            fits = instead(site, f"{turned}.reshape({text.sizes(site.sizes)[1:-1]})")
        else:
            continue
        message = f"{site.name} of {was} to {now} {what}: each row of it has pieces of several rows"
        return wrong("RNS209", f"{message}, and {called(name)} takes them as they lie", fits, site=site, seen=mark)
    return None


def _exchanged(site: Site) -> tuple[int, int] | None:
    """Return the two dims whose sizes have changed places, where each of them is of axes of which the other has nothing.

    What is behind them may have been put together with one of them, or all that is before them, as nodes are with samples.
    """
    before, after = site.sizes_before, site.sizes
    changed = [d for d, sizes in enumerate(zip(before, after, strict=False)) if sizes[0] != sizes[1]]
    if len(before) == len(after) and len(changed) == 2 and sorted(before) == sorted(after):
        pairs = [(changed[0], changed[1])]
    else:
        ends = set(accumulate(after, mul, initial=1))
        starts = accumulate(before, mul, initial=1)
        pairs = [
            (at, at + 1)
            for at, (start, (one, other)) in enumerate(zip(starts, pairwise(before), strict=False))
            if start * other in ends
            and start * one not in ends
            and (start in ends or (after[0] == start * other and start * one * other in ends))
        ]
    apart = [pair for pair in pairs if 1 not in (before[pair[0]], before[pair[1]]) and _are_apart(site, *pair)]
    return apart[0] if len(apart) == 1 else None


def _are_apart(site: Site, one: int, other: int) -> bool:
    """Tell whether two dims of what a reshape was given are each of unnamed axes of which the other has nothing.

    Of one of them nothing may be known, as of nodes that a matrix has summed.
    """
    known = [{a for a, table in site.tables_before.items() if d < table.dim() and varies(table, d)} for d in (one, other)]
    first, second = ({axis for axis in axes if axis.name == UNNAMED} for axes in known)
    return (bool(first) or not known[0]) and (bool(second) or not known[1]) and first.isdisjoint(second)


def _is_repaired(site: Site, one: int, other: int) -> bool:
    """Tell whether no unnamed axis is cut up in no order any more, once two dims change places before a reshape."""
    full = [expand(table, site.sizes_before) for axis, table in site.tables_before.items() if axis.name == UNNAMED]
    return all(t is not None and separable(compress(t.transpose(one, other).reshape(site.sizes))) for t in full)


def instead(site: Site, code: str) -> str:
    """Write what is to be called in place of an operation, with the words of the user's line where it has them."""
    return instead_of(site.name, code, call_at(site.location, site.name), site.sizes_before, site.sizes)


def last_step(site: Site | None) -> str | None:
    """Return what picks the last step where an index took an element along another dim; None where the steps lie nowhere known.

    Of two directions the last step is the beginning of one.
    """
    before = layout_before(site) if site is not None and site.name in ("index", "select") else None
    if before is None or before.names.count("seq") != 1 or any("directions" in name for name in before.names):
        return None
    return f"[{':, ' * before.names.index('seq')}-1]"


def another_dim(site: Site) -> str | None:
    """Return what has a reduction take away another dim than the batch: the steps, or the vectors that are compared."""
    before = layout_before(site)
    if before is None or before.names.count("batch") != 1:
        return None
    if before.names.count("seq") == 1:
        return f"dim={before.names.index('seq')} of {site.name} takes the steps together"
    compares = site.name == "cosine_similarity" and len(before.names) == 2
    return f"dim={1 - before.names.index('batch')} of {site.name} keeps the batch" if compares else None


def _instead(site: Site | None, apart: tuple[int, ...]) -> str | None:
    """Return a permutation that makes a reshape right, where one was found that has no samples along these dims."""
    before = layout_before(site) if site is not None and site.name in _RESHAPES else None
    if site is None or before is None:
        return None
    if found := repair(before.dims, site.sizes, apart):
        return instead(site, found[0])
    return _rearranged(site, before, apart)


def in_order(site: Site | None) -> str | None:
    """Return what makes a reshape right that left the samples apart, and cut another axis."""
    before = layout_before(site) if site is not None and site.name in _RESHAPES else None
    if site is None or before is None:
        return None
    return _rearranged(site, before) or (None if UNKNOWN in before.axes else _instead(site, ()))


def _rearranged(site: Site, before: Layout, apart: tuple[int, ...] = ()) -> str | None:
    """Return the one order of the axes that has the sizes of a reshape, where one was found."""
    if site.location is None or site.name not in site.location.code:  # einops or a function of torch's made the reshape
        return None
    code = rearranged(before.dims, site.sizes, apart)
    return instead(site, code) if code else None
