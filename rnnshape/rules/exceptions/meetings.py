"""Operands whose sizes do not fit: of a product, of what is joined, of what is matched element by element."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.tables import broadcast_shapes, varies
from rnnshape.operations.registry import leaves
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import Edit, because, called_by_user, index, insertions, removals, turned, turns

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["copied", "distances", "einsum", "expanded", "joined", "matched", "padded", "paired", "product", "repeated"]


def product(op: Raised, error: Exception) -> Mistake | None:
    """Two operands of a product whose sizes do not fit: say what each dim is, and which turn fits."""
    operands = [v for v in (*op.args, *op.kwargs.values()) if isinstance(v, Tensor)][-2:]
    if len(operands) < 2 or not _known(op, *operands) or op.passes():
        return None
    a, b = operands
    ranks = {"bmm": 3, "baddbmm": 3, "mm": 2, "addmm": 2}
    message = f"{op.name.strip('_')} cannot take {op.described(a)} times {op.described(b)}"
    if (rank := ranks.get(op.name)) and {a.dim(), b.dim()} != {rank}:
        message += f": it multiplies {'batches of matrices, three dims each' if rank == 3 else 'matrices, two dims each'}"
    if a.dim() > 1 and b.dim() > 1 and _is_half(op, a, b):
        message += ": one has both directions of a layer, and the other has one"
    edits = [(place, t, e) for place, t in enumerate((a, b)) for e in _product_edits(op, t, b if t is a else a)]
    return because("RNS213", message, _chosen(edits), op.layout(b, a))


def distances(op: Raised, error: Exception) -> Mistake | None:
    """`cdist`, which compares rows with rows of the same sample."""
    a, b = op.argument(0, "x1"), op.argument(1, "x2")
    if not isinstance(a, Tensor) or not isinstance(b, Tensor) or min(a.dim(), b.dim()) < 2:
        return None
    message = f"cdist compares each row of {op.described(a)} with each of {op.described(b)}"
    if a.size(-1) != b.size(-1):
        one, two = op.described_dim(a, a.dim() - 1), op.described_dim(b, b.dim() - 1)
        return because("RNS211", f"{message}, and their features are {one} and {two}", None, op.layout(a, b))
    for dim in range(min(a.dim(), b.dim()) - 2):
        one, two = a.dim() - 3 - dim, b.dim() - 3 - dim
        if a.size(one) != b.size(two) and 1 not in (a.size(one), b.size(two)):
            words = f"{op.described_dim(a, one)} and {op.described_dim(b, two)}"
            return because("RNS213", f"{message}, and beside the rows they have {words}", None, op.layout(a, b))
    return None


def _is_half(op: Raised, a: Tensor, b: Tensor) -> bool:
    """Tell whether the features of one operand are both directions, and those of the other are as wide as one."""
    words = (op.words_of_dim(a, a.dim() - 1), op.words_of_dim(b, b.dim() - 2))
    sizes = (a.size(-1), b.size(-2))
    wide = sizes[0] < sizes[1]
    return (
        sizes[wide] == 2 * sizes[not wide] and words[wide].startswith("directions=2") and words[not wide].startswith("hidden=")
    )


def _product_edits(op: Raised, tensor: Tensor, other: Tensor) -> Iterator[Edit]:
    """Yield the edits of one operand that make the product fit, and keep sample with sample."""
    tried = [*turns(tensor.dim())] if tensor.dim() > 1 else []
    if tensor.dim() < other.dim():
        tried += insertions(tensor.dim())
    tried += removals(tensor.shape)
    for edit in op.edits_that_fit(tensor, tried, aligned=False):
        sizes = [t.dim() for t in (turned(tensor, edit), other)]
        if max(sizes) < 3 or _samples_meet(op, tensor, edit, other):
            yield edit


def _samples_meet(op: Raised, tensor: Tensor, edit: Edit, other: Tensor) -> bool:
    """Tell whether the batch lies along the leading dims of both once one of them is edited, as far as that is known."""
    for value, change in ((tensor, edit), (other, None)):
        mark = op.mark(value)
        for _, table in mark.of("batch") if mark else ():
            table = change.change(table.expand(cast("Any", mark).sizes)) if change else table
            if any(varies(table, d) for d in range(max(table.dim() - 2, 0), table.dim())):
                return False
    return True


def _chosen(edits: Sequence[tuple[int, Tensor, Edit]]) -> str | None:
    """Write the one edit that fits; None where there are several, of which nobody knows which is meant."""
    if len(edits) == 2 and len({edit.code for _, _, edit in edits}) == 1 and edits[0][1] is not edits[1][1]:
        return f"{edits[0][2].code} of one of them fits"
    if len(edits) != 1:
        return None
    place, tensor, edit = edits[0]
    name = called_by_user(tensor)
    said = f"{name}{edit.code} in place of {name}" if name else f"{edit.code} behind the {text.ORDINALS[place]} operand"
    return f"{said} fits"


def joined(op: Raised, error: Exception) -> Mistake | None:
    """Tensors that do not fit beside one another, or on top of one another."""
    parts = list(leaves(op.argument(0, "tensors")))
    if len(parts) < 2 or not _known(op, *parts):
        return None
    shown = list(dict.fromkeys(op.described(p) for p in parts))
    message = f"{op.name} cannot join {text.listed(shown[:4])}"
    if len({p.dim() for p in parts}) > 1:
        fits = _chosen(_joins(op, parts)) or _spread(op, parts, 2)
        return because("RNS213", f"{message}: they have different numbers of dims", fits, op.layout(*parts))
    given = op.argument(1, "dim", 0)
    dim = given % parts[0].dim() if type(given) is int and parts[0].dim() else 0
    others = [d for d in range(parts[0].dim()) if (d != dim or op.name == "stack") and len({p.size(d) for p in parts}) > 1]
    if others:
        sizes = list(dict.fromkeys(op.described_dim(p, others[0]) for p in parts))
        along = "stack" if op.name == "stack" else f"{op.name} along dim {dim}"
        message += f": for {along}, dim {others[0]} has to be the same, and is {text.listed(sizes[:4])}"
    fits = _chosen(_joins(op, parts)) or _spread(op, parts, dim) or _along(op, given)
    return because("RNS213", message, fits, op.layout(*parts))


def _spread(op: Raised, parts: Sequence[Tensor], dim: int) -> str | None:
    """One of two is the same for every step: it is expanded along the steps, a state turned batch-first before."""
    if len(parts) != 2 or dim != 2 or max(p.dim() for p in parts) != 3:
        return None
    for place, part in enumerate(parts):
        steps = parts[1 - place]
        name = called_by_user(steps)
        number = f"{name}.size(1)" if name else str(steps.size(1 if steps.dim() > 1 else 0))
        for front in (".unsqueeze(1)",) if part.dim() == 2 else ("", ".transpose(0, 1)"):
            spread = f".expand(-1, {number}, -1)" if steps.dim() == 3 and steps.size(1) != 1 else ""
            edit = Edit(f"{front}{spread}", functools.partial(_expanded, front, steps.size(1)))
            if op.edits_that_fit(part, [edit]):
                return _chosen([(place, part, edit)])
    return None


def _expanded(front: str, number: int, tensor: Tensor) -> Tensor:
    """Put a tensor beside every step."""
    turned = tensor.unsqueeze(1) if front == ".unsqueeze(1)" else tensor.transpose(0, 1) if front else tensor
    return turned.expand(-1, number, -1)


def padded(op: Raised, error: Exception) -> Mistake | None:
    """Sequences of which more than the steps differ."""
    parts = list(leaves(op.argument(0, "sequences")))
    if len(parts) < 2 or not _known(op, *parts) or len({p.shape[1:] for p in parts}) == 1:
        return None
    shown = list(dict.fromkeys(op.described(p) for p in parts))
    message = f"pad_sequence fills dim 0 up, the steps, and all other dims of {text.listed(shown[:4])} have to be the same"
    return because("RNS213", message, None, op.layout(*parts))


def _joins(op: Raised, parts: Sequence[Tensor]) -> list[tuple[int, Tensor, Edit]]:
    """Return the edits of one of two parts that make them fit with the axes that both have side by side."""
    if len(parts) != 2:
        return []
    found: list[tuple[int, Tensor, Edit]] = []
    for place, part in enumerate(parts):
        other = parts[1 - place]
        tried = [*turns(part.dim()), *removals(part.shape)] if part.dim() > 1 else []
        if part.dim() < other.dim():
            tried += insertions(part.dim())
        found += [(place, part, e) for e in op.edits_that_fit(part, tried)]
    return found


def _along(op: Raised, given: object) -> str | None:
    """Return the one other dim along which they can be joined."""
    if op.name == "stack" or type(given) is not int:
        return None
    ndim = next(leaves(op.argument(0, "tensors"))).dim()
    fits = [d for d in range(ndim) if d != given % ndim and op.passes(args=(op.argument(0, "tensors"), d), kwargs={})]
    return f"dim={fits[0]} in place of {given} fits" if len(fits) == 1 else None


def matched(op: Raised, error: Exception) -> Mistake | None:
    """Operands that do not broadcast: say what each dim is."""
    parts = list(leaves([op.args, op.kwargs]))[:3]
    if len(parts) < 2 or not _known(op, *parts) or _broadcast(parts):
        return None
    shown = [op.described(p) for p in parts]
    message = f"{op.name.strip('_')} cannot match {text.listed(shown)} element by element"
    if difference := _difference(op, parts):
        message += f": {difference}"
    edits = [(place, p, e) for place, p in enumerate(parts) for e in op.edits_that_fit(p, _matching(p, parts))]
    if op.name.startswith("masked_fill") or op.name.endswith("_"):  # the result is as the first one
        edits = [edit for edit in edits if edit[0] > 0]
    return because("RNS213", message, _chosen(_unspread(op, edits, parts)) or _widened(parts), op.layout(*parts))


def _widened(parts: Sequence[Tensor]) -> str | None:
    """Two operands that differ in their features alone."""
    a, b = parts[0], parts[-1]
    if len(parts) != 2 or a.dim() != b.dim() or a.dim() < 2 or a.shape[:-1] != b.shape[:-1]:
        return None
    narrow, wide = sorted((a, b), key=lambda t: t.size(-1))
    name = called_by_user(narrow)
    return f"nn.Linear({narrow.size(-1)}, {wide.size(-1)}) of {name or 'the narrower one'} fits"


def _broadcast(parts: Sequence[Tensor]) -> bool:
    try:
        broadcast_shapes(*(p.shape for p in parts))
    except RuntimeError:
        return False
    return True


def _difference(op: Raised, parts: Sequence[Tensor]) -> str:
    """Say in which dim two operands differ, and what it is in each."""
    if len(parts) < 2:
        return ""
    a, b = parts[:2]
    for dim in range(1, min(a.dim(), b.dim()) + 1):
        if a.size(-dim) != b.size(-dim) and 1 not in (a.size(-dim), b.size(-dim)):
            one, two = op.described_dim(a, a.dim() - dim), op.described_dim(b, b.dim() - dim)
            return f"the last dim is {one} and {two}" if dim == 1 else f"dim {-dim} is {one} and {two}"
    return ""


def _matching(part: Tensor, parts: Sequence[Tensor]) -> Iterator[Edit]:
    """Yield what may be done to one operand: it is turned, or gets the dims that another one has more."""
    most = max(p.dim() for p in parts)
    if part.dim() == most and part.dim() > 1:
        yield from ([Edit(".t()", Tensor.t)] if part.dim() == 2 else turns(part.dim()))
        yield from removals(part.shape)
    elif part.dim() == most - 1:
        yield from insertions(part.dim())


def _unspread(op: Raised, edits: list[tuple[int, Tensor, Edit]], parts: Sequence[Tensor]) -> list[tuple[int, Tensor, Edit]]:
    """Keep the edits after which the result is no larger than the largest operand, as an outer product is."""
    most = max(p.numel() for p in parts)
    kept: list[tuple[int, Tensor, Edit]] = []
    for place, tensor, edit in edits:
        sizes = broadcast_shapes(*(turned(p, edit).shape if p is tensor else p.shape for p in parts))
        if sizes.numel() <= most:
            kept.append((place, tensor, edit))
    return kept


def paired(op: Raised, error: Exception) -> Mistake | None:
    """Two inputs of which all dims but the last have to be the same."""
    a, b = op.argument(0, "input1"), op.argument(1, "input2")
    if not isinstance(a, Tensor) or not isinstance(b, Tensor) or not _known(op, a, b) or a.shape[:-1] == b.shape[:-1]:
        return None
    message = (
        f"{op.name} takes {op.described(a)} and {op.described(b)} row by row, and all dims but the last have to be the same"
    )
    return because("RNS213", message, None, op.layout(a, b))


def einsum(op: Raised, error: Exception) -> Mistake | None:
    """Letters for another number of dims, or one letter for two sizes."""
    equation, operands = op.args[0] if op.args else None, list(leaves(op.args[1:]))
    if not isinstance(equation, str) or not _known(op, *operands):
        return None
    written = equation.replace(" ", "").split("->")[0].split(",")
    if len(written) != len(operands):
        return None
    for place, (letters, tensor) in enumerate(zip(written, operands, strict=True)):
        if "..." not in letters and len(letters) != tensor.dim():
            which = text.ORDINALS[place] if place < len(text.ORDINALS) else f"{place + 1}th"
            message = f"einsum writes {letters!r} for its {which} operand, and {op.described(tensor)} has {tensor.dim()} dims"
            edits = [(place, tensor, e) for e in op.edits_that_fit(tensor, [*removals(tensor.shape)], aligned=False)]
            return because("RNS213", message, _chosen(edits), op.layout(tensor))
    sizes: dict[str, tuple[int, str]] = {}
    for letters, tensor in zip(written, operands, strict=True):
        for dim, letter in enumerate(letters if "..." not in letters else ""):
            size, said = sizes.setdefault(letter, (tensor.size(dim), op.described_dim(tensor, dim)))
            if tensor.size(dim) not in (size, 1) and size != 1:
                message = f"einsum's letter {letter!r} is {said} in one operand and {op.described_dim(tensor, dim)} in another"
                tried = [
                    (p, t, e) for p, t in enumerate(operands[:4]) for e in op.edits_that_fit(t, turns(t.dim()), aligned=False)
                ]
                return because("RNS213", message, _chosen(tried), op.layout(*operands))
    return None


def copied(op: Raised, error: Exception) -> Mistake | None:
    """What is written into a tensor, or into a part of it, has other sizes."""
    target, value = op.args[0] if op.args else None, op.args[-1] if len(op.args) > 1 else None
    if not isinstance(target, Tensor) or not isinstance(value, Tensor) or not _known(op, target, value):
        return None
    what = f"{op.described(value)} does not fit into {op.described(target)}"
    if op.name == "__setitem__":
        try:
            place = turned(target, index("", op.argument(1, "indices")))
        except Exception:  # torch's index, whatever is wrong with it
            return None
        if value.dim() <= place.dim() and _broadcast([value, place]):
            return None
        what = f"{op.described(value)} does not fit into a place of sizes {text.sizes(place.shape)}, in {op.described(target)}"
    elif _broadcast([target, value]) and value.dim() <= target.dim() and value.shape == target.shape:
        return None
    tried = turns(value.dim()) if value.dim() > 1 else ()
    edits = [(1, value, e) for e in op.edits_that_fit(value, tried, aligned=op.name != "__setitem__")]
    return because("RNS213", what, _written_at(op, value) or _chosen(edits), op.layout(value, target))


def _written_at(op: Raised, value: Tensor) -> str | None:
    """Return the other index at which a value fits: one along another dim, where an int was given."""
    if op.name != "__setitem__":
        return None
    target: Tensor = op.args[0]
    at: Any = op.argument(1, "indices")
    parts: list[Any] = [*cast("tuple[Any, ...]", at)] if isinstance(at, tuple) else []
    if len(parts) == 2 and parts[0] == slice(None) and type(parts[1]) is int:
        step: int = parts[1]
        is_first = target.dim() > 1 and [*target.shape][1:] == [*value.shape] and step < target.size(0)
        return f"[{step}] in place of [:, {step}] fits" if is_first else None
    if type(at) is not int:  # pyright: ignore[reportUnknownArgumentType]
        return None
    fits = [d for d in range(1, target.dim()) if (*target.shape[:d], *target.shape[d + 1 :]) == tuple(value.shape)]
    return f"[{':, ' * fits[0]}{at}] in place of [{at}] fits" if len(fits) == 1 and at < target.size(fits[0]) else None


def expanded(op: Raised, error: Exception) -> Mistake | None:
    """`expand` to sizes that differ where the dim is not 1."""
    source, given = op.args[0] if op.args else None, op.args[1:]
    sizes = cast("Any", given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given)
    if not isinstance(source, Tensor) or not _known(op, source) or not sizes or not all(type(s) is int for s in sizes):
        return None
    what = f"expand to {text.sizes(sizes)} of {op.described(source)}"
    if len(sizes) < source.dim():
        message = f"{what} names {len(sizes)} sizes for {source.dim()} dims"
        return because("RNS213", message, _in_front(op, source, removals(source.shape)), op.layout(source))
    new = len(sizes) - source.dim()
    odd = [d for d in range(source.dim()) if source.size(d) != 1 and sizes[d + new] not in (-1, source.size(d))]
    if not odd:
        return None
    message = f"{what}: dim {odd[0]} is {op.described_dim(source, odd[0])}, and only a dim of size 1 can be expanded"
    kept = tuple(-1 if d in {o + new for o in odd} else s for d, s in enumerate(sizes))
    asked = sorted(s for d, s in enumerate(sizes) if d >= new)
    free = [d for d in range(source.dim()) if source.size(d) == 1]
    left = [s for s in asked if s not in [source.size(d) for d in odd]]
    if new == 0 and len(free) == 1 and len(odd) == 1 and len(left) >= 1 and sizes[free[0]] == source.size(odd[0]):
        kept = tuple(-1 if d != free[0] else sizes[odd[0]] for d in range(source.dim()))
        return because("RNS213", message, f"expand{text.sizes(kept)} fits", op.layout(source))
    if new:
        return because("RNS213", message, _in_front(op, source, insertions(source.dim())), op.layout(source))
    return because("RNS213", message, f"expand{text.sizes(kept)} keeps it as it is", op.layout(source))


def _in_front(op: Raised, source: Tensor, edits: Iterable[Edit]) -> str | None:
    """Return the one edit in front of the operation after which torch takes it."""
    found = op.edits_that_fit(source, edits)
    return f"{found[0].code} in front of .{op.name} fits" if len(found) == 1 else None


def repeated(op: Raised, error: Exception) -> Mistake | None:
    """`repeat` with fewer numbers than dims."""
    source, given = op.args[0] if op.args else None, op.args[1:]
    times = cast("Any", given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given)
    if not isinstance(source, Tensor) or not _known(op, source) or len(times) >= source.dim():
        return None
    message = f"repeat names {len(times)} numbers, and {op.described(source)} has {source.dim()} dims"
    return because("RNS213", message, None, op.layout(source))


def _known(op: Raised, *tensors: Tensor) -> bool:
    return any(op.mark(t) is not None for t in tensors)
