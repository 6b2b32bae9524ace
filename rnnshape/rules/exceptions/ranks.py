"""Dims that a tensor does not have: too many indices, a permutation of another rank, a dim beyond the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.tables import broadcast_shapes
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because, reduced_at, turned, turns

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["dim_out_of_range", "indexed", "permuted", "picked", "pooled", "transposed", "vectors"]

_COUNT = ("no dim", "one", "two", "three", "four", "five", "six")

_RESHAPES = frozenset(["view", "reshape", "flatten", "squeeze", "ravel"])


def _count(number: int) -> str:
    return _COUNT[number] if number < len(_COUNT) else str(number)


def transposed(op: Raised, error: Exception) -> Mistake | None:
    """``.t()`` of more than two dims."""
    source = op.args[0] if op.args else None
    if not isinstance(source, Tensor) or source.dim() <= 2:
        return None
    first, second = (op.words_of_dim(source, d) for d in (0, 1))
    pair = f" exchanges {_word(first)} and {_word(second)}" if first and second else " exchanges the first two"
    message = f"t() takes two dims at most, and {op.described(source)} has {_count(source.dim())}"
    fits = f".transpose(0, 1) in place of .t(){pair}, .transpose({source.dim() - 2}, {source.dim() - 1}) the last two"
    return because("RNS213", message, fits, op.layout(source))


def permuted(op: Raised, error: Exception) -> Mistake | None:
    """A permutation that names more or fewer dims than there are."""
    source = op.args[0] if op.args else op.kwargs.get("input")
    given = op.args[1:] or op.kwargs.get("dims", ())
    order = cast("Any", given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given)
    if not isinstance(source, Tensor) or not order or not all(type(d) is int for d in order):
        return None
    if len(order) == source.dim():
        return dim_out_of_range(op, error)
    message = f"permute names {_count(len(order))} dims, and {op.described(source)} has {_count(source.dim())}"
    if site := reduced_at(op.mark(source), len(order)):
        return because("RNS213", f"{message}: {site.name} took one away", _without(site.name), op.layout(source), site)
    order = [d for d in order if -source.dim() <= d < source.dim()]
    whole = [*order, *range(len(order), source.dim())]
    kept = sorted(d % source.dim() for d in whole) == list(range(source.dim()))
    return because("RNS213", message, f"permute{text.sizes(whole)} fits" if kept else None, op.layout(source))


def _without(name: str) -> str:
    return f"leave {name} out, or permute the dims that it leaves" if name in _RESHAPES else "permute the dims that are left"


def indexed(op: Raised, error: Exception) -> Mistake | None:
    """An index for more dims than there are, or for an element that is not there."""
    source, given = op.args[0], op.args[1] if len(op.args) > 1 else ()
    items: tuple[Any, ...] = cast("Any", given) if isinstance(given, tuple) else (given,)
    if not isinstance(source, Tensor):
        return None
    if any(isinstance(i, Tensor) and i.dtype in (torch.bool, torch.uint8) for i in items):
        return _masked(op, source, items)
    named = sum(item is not None and item is not ... for item in items)
    if named > source.dim():
        return _too_many(op, source, named)
    return _outside(op, source, items) or _paired(op, source, items, error)


def _too_many(op: Raised, source: Tensor, named: int) -> Mistake:
    message = f"an index names {_count(named)} dims, and {op.described(source)} has {_count(source.dim())}"
    if not source.dim():
        message = f"an index names {'a dim' if named == 1 else _count(named) + ' dims'}, and this tensor has none"
    site = reduced_at(op.mark(source))
    if site is None:
        return because("RNS213", message, _less(op, source), op.layout(source))
    before = text.sizes(site.sizes_before)
    if len(site.sizes_before) >= named and site.name in _RESHAPES:
        message += f": {site.name} has made that of {before}"
        return because("RNS213", message, f"leave {site.name} out: the index fits {before}", op.layout(source), site)
    where = f" at line {site.location.line}" if site.location else ""
    message += f": {site.name}{where} has taken a dim of {before} away"
    fits = "leave one of the two indices out" if site.name == "index" else _less(op, source)
    return because("RNS213", message, fits, op.layout(source))


def _less(op: Raised, source: Tensor) -> str | None:
    """Return a shorter index: without the dims that are gone, or none at all where the one that it picks from is gone."""
    items: tuple[Any, ...] = cast("Any", op.args[1]) if isinstance(op.args[1], tuple) else (op.args[1],)
    ints = [place for place, item in enumerate(items) if type(item) is int]
    whole = [item for item in items if item == slice(None)] if all(type(i) in (int, slice) for i in items) else []
    if len(ints) != 1 or len(ints) + len(whole) != len(items):
        return None
    words = op.words_of_dim(source, ints[0]) if ints[0] < source.dim() else ""
    if words.startswith("seq=") and ints[0] < source.dim() == len(items) - 1:
        return f"[{':, ' * ints[0]}{items[ints[0]]}{', :' * (source.dim() - ints[0] - 1)}] fits: dim {ints[0]} is {words}"
    steps = [d for d in range(source.dim()) if op.words_of_dim(source, d).startswith("seq=")]
    if steps == [0]:
        return f"[{items[ints[0]]}] fits: dim 0 is {op.words_of_dim(source, 0)}"
    if len(whole) == source.dim() and (not steps or ints[0] >= source.dim()):
        return "leave the index out: the dim that it picks from is gone already"
    return None


def _outside(op: Raised, source: Tensor, items: tuple[Any, ...]) -> Mistake | None:
    dim = 0
    for place, item in enumerate(items):
        if item is ...:
            dim = source.dim() - sum(i is not None for i in items[place + 1 :])
            continue
        if type(item) is int and not -source.size(dim) <= item < source.size(dim):
            return _beyond(op, source, item, dim)
        dim += item is not None
    return None


def picked(op: Raised, error: Exception) -> Mistake | None:
    """`select`, `narrow` and `unbind` of an element that is not there."""
    source, dim, at = op.argument(0, "input"), op.argument(1, "dim"), op.argument(2, "index", op.kwargs.get("start"))
    if not isinstance(source, Tensor) or type(dim) is not int or not -source.dim() <= dim < source.dim():
        return dim_out_of_range(op, error)
    dim %= source.dim()
    length = op.argument(3, "length")
    if type(at) is int and type(length) is int and at + length > source.size(dim):
        what = op.words_of_dim(source, dim) or f"{source.size(dim)} elements"
        message = f"{op.name} takes {length} elements from {at} on of dim {dim} of {op.described(source)}, which has {what}"
        return because("RNS213", message, None, op.layout(source))
    return _beyond(op, source, at, dim) if type(at) is int else None


def _beyond(op: Raised, source: Tensor, at: int, dim: int) -> Mistake:
    """An element that is not there; where the steps lie along another dim, they may be meant."""
    words = op.words_of_dim(source, dim)
    what = f"which is {words}" if words else f"which has {text.count(source.size(dim), 'element')}"
    message = (
        f"{op.name if op.name == 'select' else 'an index'} takes element {at} of dim {dim} of {op.described(source)}, {what}"
    )
    hint = None
    others = [d for d in range(source.dim()) if d != dim and at < source.size(d)]
    steps = [d for d in others if op.words_of_dim(source, d).startswith("seq=")]
    if words.startswith("batch=") and len(steps) == 1 and at >= 0:
        hint = f"the steps are dim {steps[0]}: [{':, ' * steps[0]}{at}] fits"
    return because("RNS213", message, hint, op.layout(source))


def _masked(op: Raised, source: Tensor, items: tuple[Any, ...]) -> Mistake | None:
    mask = items[0]
    if len(items) != 1 or not isinstance(mask, Tensor):
        return None
    message = f"a mask {op.described(mask)} does not fit {op.described(source)}"
    fits = [e for e in turns(mask.dim()) if turned(mask, e).shape == source.shape[: mask.dim()]]
    return because("RNS213", message, f"the mask's {fits[0].code} fits" if len(fits) == 1 else None, op.layout(source, mask))


def _paired(op: Raised, source: Tensor, items: tuple[Any, ...], error: Exception) -> Mistake | None:
    """Tensors of indices that do not broadcast with one another."""
    given = [i for i in items if isinstance(i, Tensor)]
    try:
        broadcast_shapes(*(i.shape for i in given))
    except RuntimeError:
        shown = text.listed(text.sizes(i.shape) for i in given)
        message = f"indices of sizes {shown} of {op.described(source)} name their elements one by one, and do not match"
        fits = [d for d in range(source.dim()) if any(i.dim() == 1 and i.numel() == source.size(d) for i in given)]
        hint = f"torch.arange(x.size({fits[0]})) picks one of each" if fits == [0] and len(given) == 2 else None
        return because("RNS213", message, hint and None, op.layout(source))
    for dim, item in enumerate(items):
        if isinstance(item, Tensor) and (item.is_floating_point() or item.is_complex()):
            kind = str(item.dtype).removeprefix("torch.")
            message = f"an index {text.sizes(item.shape)} of {op.described(source)} is {kind}, and torch counts with int64"
            return because("RNS118", message, None if item.is_complex() else ".long() of the index fits", op.layout(source))
        if isinstance(item, Tensor) and dim < source.dim() and ("bound" in str(error) or "range" in str(error)):
            message = f"an index of dim {dim} of {op.described(source)} lies outside of it: "
            what = op.words_of_dim(source, dim) or text.count(source.size(dim), "element")
            return because("RNS119", f"{message}there are 0 to {source.size(dim) - 1}, {what}", None, op.layout(source))
    return None


_DIMS = {"max_pool1d": 3, "avg_pool1d": 3, "adaptive_avg_pool1d": 3, "adaptive_max_pool1d": 3, "max_pool2d": 4, "avg_pool2d": 4,
         "adaptive_avg_pool2d": 4, "adaptive_max_pool2d": 4}  # fmt: skip
"""How many dims of a batch an operation reads."""


def pooled(op: Raised, error: Exception) -> Mistake | None:
    """A pooling of another number of dims than (batch, channels, positions ...)."""
    source = op.argument(0, "input")
    wanted = _DIMS[op.name]
    if not isinstance(source, Tensor):
        return None
    if source.dim() in (wanted, wanted - 1):
        return _wider_than_there_are_places(op, source, wanted - 2)
    positions = "positions" if wanted == 3 else "rows, columns"
    name = op.name.removesuffix("_with_indices")
    message = f"{name} reads (batch, channels, {positions}), and {op.described(source)} has {text.count(source.dim(), 'dim')}"
    return because("RNS213", message, None, op.layout(source))


def _wider_than_there_are_places(op: Raised, source: Tensor, number: int) -> Mistake | None:
    """A window with more places than there are; it may have been measured along another dim."""
    given = op.argument(1, "kernel_size")
    widths: list[Any] = [given] * number if type(given) is int else [*given] if isinstance(given, (tuple, list)) else []
    if "adaptive" in op.name or len(widths) != number:
        return None
    for dim, width in enumerate(widths, source.dim() - number):
        if type(width) is int and width > source.size(dim):
            places = op.words_of_dim(source, dim) or text.count(source.size(dim), "place")
            message = f"{op.name.removesuffix('_with_indices')} has windows of {width} along dim {dim}, which has {places}"
            others = [at for at in range(source.dim()) if source.size(at) == width and at != dim]
            words = op.words_of_dim(source, others[0]) if len(others) == 1 else None
            lies = f"; {words} lies along dim {others[0]}" if words else ""
            return because("RNS213", f"{message}{lies}", None, op.layout(source))
    return None


def vectors(op: Raised, error: Exception) -> Mistake | None:
    """A product of vectors that is given something else."""
    given = [v for v in (*op.args, *op.kwargs.values()) if isinstance(v, Tensor)][:2]
    other = next((v for v in given if v.dim() != 1), None)
    if other is None:
        return None
    message = f"{op.name} multiplies vectors, one dim each, and gets {op.described(other)}"
    by_row = len(given) == 2 and {v.dim() for v in given} == {2} and given[0].size(0) == given[1].size(0)
    fits = 'torch.einsum("bi,bj->bij", a, b) has one for each row' if by_row and op.name in ("outer", "ger") else None
    return because("RNS213", message, fits, op.layout(*given))


def dim_out_of_range(op: Raised, error: Exception) -> Mistake | None:
    """A dim beyond the last one; it may have been there before an index or a squeeze."""
    if "Dimension out of range" not in str(error):
        return None
    source = next((t for t in (op.argument(0, "input"), op.args[0] if op.args else None) if isinstance(t, Tensor)), None)
    if source is None and op.args and isinstance(op.args[0], (tuple, list)):
        source = next((t for t in cast("Any", op.args[0]) if isinstance(t, Tensor)), None)
    said = str(error).rsplit("got ", 1)[-1].rstrip(")")
    if source is None or not said.lstrip("-").isdecimal():
        return None
    dims = "no dim" if not source.dim() else "dim 0 alone" if source.dim() == 1 else f"dims 0 to {source.dim() - 1}"
    message = f"{op.name} names dim {said}, and {op.described(source)} has {dims}"
    site = reduced_at(op.mark(source))
    if site is not None and len(site.sizes_before) > int(said) >= 0:
        where = f" at line {site.location.line}" if site.location else ""
        message += f": {site.name}{where} has taken a dim of {text.sizes(site.sizes_before)} away"
    return because("RNS213", message, _last_dim(op, int(said), source), op.layout(source))


def _last_dim(op: Raised, said: int, source: Tensor) -> str | None:
    """Return an edit that names the last dim from behind, where that is what was beyond it by one, and it was tried."""
    if said != source.dim() or op.name in ("transpose", "swapaxes", "movedim", "unsqueeze", "flatten", "permute", "size"):
        return None

    def named(value: Any) -> Any:
        return -1 if type(value) is int and value == said else value

    args, kwargs = tuple(map(named, op.args)), {k: named(v) for k, v in op.kwargs.items()}
    return f"dim=-1, the last, in place of {said} fits" if op.passes(args=args, kwargs=kwargs) else None


def _word(factor: str) -> str:
    return factor.split("=")[0]
