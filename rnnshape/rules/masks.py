"""RNS221 to RNS225 of torch's own attention: whose a mask is, what it leaves out, and what attends to what.

Masks are judged by their tables, where these say whose they are, and by their numbers, which say what they leave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnshape.coordinates.mark import UNNAMED, Mark
from rnnshape.coordinates.padding import of_real
from rnnshape.coordinates.tables import LARGEST, at_sizes, broadcast_shapes, broadcast_tensors, disagreement, runs_along, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.uses import Attending, Output, TokenIds
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import note, rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import repeated_otherwise
from rnnshape.rules.weights import HIDDEN, padded, pieces_along, read_direction
from rnnshape.rules.wording import called, wrong

__all__: list[str] = []

# Whose it is


@rule(Attending)
def a_mask_of_other_samples(use: Attending, step: Step) -> Iterator[Mistake]:
    """A row of a mask is of another sample than the keys that it meets."""
    for role, mark in zip(use.roles, use.marks, strict=True):
        for axis, table in mark.of("batch") if mark is not None else ():
            assert mark is not None
            if role == "attn_mask" and use.heads and len(mark.sizes) == 2:
                if runs_along(table):
                    yield _for_all_samples(use, mark, runs_along(table)[0])
                continue
            keys = _rows_of(use, axis, mark, role)
            if keys is None or (where := disagreement(table, keys)) is None:
                continue
            both = [int(t.broadcast_to(broadcast_shapes(table.shape, keys.shape))[where]) for t in (table, keys)]
            message = f"row {where[0]} of {role} is of sample {both[0]}, and the keys that it meets are of sample {both[1]}"
            shown = ((role, mark), ("keys", use.key))
            site = mark.sites.get(axis)
            fits = _other_order(table, keys, site.name if site is not None else "")
            yield wrong("RNS222", message, fits, site=site, shown=shown)


def _for_all_samples(use: Attending, mark: Mark, dim: int) -> Mistake:
    message = f"attn_mask of two dims is (queries, keys) for all samples, and along dim {dim} of it lie samples"
    lies = mark.sizes == (use.key.sizes[1], use.key.sizes[0]) and dim == 0
    fits = "key_padding_mask= in place of attn_mask= fits" if lies else None
    return wrong("RNS222", message, fits, shown=(("attn_mask", mark),))


def _rows_of(use: Attending, axis: Axis, mark: Mark, role: str) -> Tensor | None:
    """Return which samples the keys are of, in the form of a mask; None where that is not known."""
    keys, ndim = use.key.tables.get(axis), len(mark.sizes)
    if keys is None:
        return None
    if not use.heads:  # (..., keys, features), and a mask of (..., queries, keys)
        if varies(keys, keys.dim() - 1) or varies(keys, keys.dim() - 2):
            return None
        keys = keys.amax((-2, -1), keepdim=True)
        return at_sizes(keys, mark.sizes) if ndim <= keys.dim() else None
    if runs_along(keys) not in ([], [1]):
        return None
    rows = keys.amax((0, 2))
    if role == "key_padding_mask":
        return rows.view(-1, 1) if ndim == 2 else None
    if ndim != 3 or mark.sizes[0] != use.key.sizes[1] * use.heads:
        return None
    return rows.expand(use.key.sizes[1]).repeat_interleave(use.heads).view(-1, 1, 1)


def _other_order(table: Tensor, keys: Tensor, name: str) -> str | None:
    """Return what brings the rows of a mask in the order of the keys."""
    if table.dim() == 2 and runs_along(table) == [1] and disagreement(table.t(), keys) is None:
        return "transpose(0, 1) of the mask fits"
    if table.shape == keys.shape and repeated_otherwise(table, keys):
        other = {"repeat": "repeat_interleave", "repeat_interleave": "repeat"}.get(name)
        return f"{other} in place of {name} fits" if other is not None else None
    return None


@rule(Attending)
def a_mask_along_the_queries(use: Attending, step: Step) -> Iterator[Mistake]:
    """What is left out lies along the queries, each of which is then left out or not for all keys."""
    for role, mark in zip(use.roles, use.marks, strict=True):
        if role != "attn_mask" or mark is None or len(mark.sizes) < 3:
            continue
        queries = len(mark.sizes) - 2
        steps = 0 if use.heads else len(use.key.sizes) - 2
        for axis, table in mark.tables.items():
            if axis.name == UNNAMED or not step.is_sequence(axis):
                continue
            along = [axis in m.tables and runs_along(m.tables[axis]) == [steps] for m in (use.query, use.key)]
            if runs_along(table) == [queries] and all(along):
                message = "the mask lies along the queries: it leaves out whole queries, and no query leaves out any key"
                fits = "transpose(-2, -1) of the mask fits"
                yield wrong("RNS222", message, fits, site=mark.sites.get(axis), seen=mark)


# What it leaves out


class _Seen(NamedTuple):
    """What queries see of keys, (..., queries, keys).

    Attributes:
        shows: whether a key is shown to a query.
        padding: whether a key is padding, (..., keys) with a dim for the queries; None where it is not known.
        idle: whether a query is padding, likewise with a dim for the keys.
    """

    shows: Tensor
    padding: Tensor | None
    idle: Tensor | None


def _seen(use: Attending, step: Step) -> _Seen | None:
    """Read off the numbers of the masks which keys each query sees; None where nothing can be read."""
    steps = 0 if use.heads else len(use.key.sizes) - 2
    samples = use.key.sizes[1] if use.heads else 1
    queries, keys = use.query.sizes[steps], use.key.sizes[steps]
    shows = torch.ones(queries, keys, dtype=torch.bool)
    for role, mask in zip(use.roles, use.masks, strict=True):
        values = step.values(mask)
        if values is None or values.numel() > LARGEST:
            return None
        values = values.detach().cpu()
        hidden = values <= HIDDEN if values.is_floating_point() else (values.bool() if use.heads else ~values.bool())
        if role == "key_padding_mask":
            hidden = hidden.view(-1, 1, 1, keys)
        elif use.heads and hidden.dim() == 3:
            hidden = hidden.view(samples, -1, queries, keys)
        shows = shows & ~hidden
    return _Seen(shows, _padding_of(use.key, use.heads, step), _idle(use, step))


def _idle(use: Attending, step: Step) -> Tensor | None:
    found = _padding_of(use.query, use.heads, step)
    return None if found is None else found.transpose(-2, -1)


def _padding_of(mark: Mark, heads: int, step: Step, *, or_filled: bool = False) -> Tensor | None:
    """Return which steps are padding, as (..., 1, steps)."""
    found = padded(mark, step, or_filled=or_filled)
    if found is None or found.size(-1) > 1:
        return None
    return found.transpose(0, 1).transpose(1, 2).unsqueeze(1) if heads else found.transpose(-2, -1)


@rule(Attending)
def a_mask_the_wrong_way_round(use: Attending, step: Step) -> Iterator[Mistake]:
    """What is real is left out, and the padding is not."""
    seen = _seen(use, step)
    if seen is None:
        return
    padding = _padding_of(use.key, use.heads, step, or_filled=True) if use.masks else None
    if padding is not None and torch.equal(*broadcast_tensors(seen.shows.any(-2, keepdim=True), padding)):
        mask, means = use.roles[0], "leaves out" if use.heads else "takes part"
        message = f"{mask} is the wrong way round: it leaves out what is real, and shows the padding; True {means}"
        is_bool = bool(use.heads) or not use.masks[0].is_floating_point()
        yield wrong("RNS221", message, "~ of the mask fits" if is_bool else None, seen=use.key)
        return
    if seen.padding is None:
        return
    reads = seen.shows & seen.padding
    if seen.idle is not None:
        reads = reads & ~seen.idle
    if bool(reads.any()):
        fits = "key_padding_mask=padding of the call leaves it out" if use.heads and not use.masks else None
        yield wrong("RNS225", f"{called(use.name)} attends to the padding of shorter samples too", fits, seen=use.key)


@note(TokenIds)
def ids_that_fill_up(use: TokenIds, step: Step) -> None:
    """Zeros at the ends of several samples, and nowhere else, are what shorter ones are filled up with."""
    along = (a for a, table in use.mark.tables.items() if a.name != UNNAMED and runs_along(table) == [1])
    seq = next(filter(step.is_sequence, along), None)
    ids = step.values(use.ids) if use.padding_idx is None and seq is not None and use.ids.dim() == 2 else None
    if seq is None or ids is None or ids.numel() > LARGEST or not any(runs_along(t) == [0] for _, t in use.mark.of("batch")):
        return
    real = (ids != 0).cpu()
    found = of_real(real)
    if found is not None and torch.equal(found.lengths, real.sum(1)):
        rows = next(table.flatten() for _, table in use.mark.of("batch"))
        if (numbered := found.numbered(rows)) is not None:
            step.filled[seq.of] = numbered


# Past and future


@note(Attending)
def what_a_mask_lets_read(use: Attending, step: Step) -> None:
    """A mask for all samples lets each step read those before it, or those behind it."""
    steps = 0 if use.heads else len(use.key.sizes) - 2
    if "attn_mask" not in use.roles or not _same_steps(use, steps):
        return
    mask = use.masks[use.roles.index("attn_mask")]
    values = step.values(mask)
    if values is None or values.dim() < 2 or values.numel() != values.size(-1) * values.size(-2):
        return
    values = values.detach().cpu().view(values.shape[-2:])
    hidden = values <= HIDDEN if values.is_floating_point() else (values.bool() if use.heads else ~values.bool())
    if direction := read_direction(hidden):
        mends = "~" if bool(hidden.diagonal().all()) else "transpose(-2, -1)"
        step.reads(direction, called(use.name), f"{mends} of the mask fits")


def _same_steps(use: Attending, dim: int) -> bool:
    """Tell whether queries and keys are the same steps, in their order."""
    for axis, table in use.query.tables.items():
        if axis.counts_steps and runs_along(table) == [dim] and use.key.tables.get(axis) is not None:
            line, other = table.flatten(), use.key.tables[axis].flatten()
            return torch.equal(line, other) and bool((line[1:] > line[:-1]).all())
    return False


@rule(Output)
def only_the_future_is_read(use: Output, step: Step) -> Iterator[Mistake]:
    """Masks hide from each step what was before it, and no other mask of the model does the contrary."""
    found = step.reading.get("future")
    if found is not None and "past" not in step.reading:
        message = f"the mask of {found.name} hides from each step those before it, and shows all behind it"
        yield wrong("RNS223", message, found.fits, at=found.location)


# What is attended to


@rule(Attending)
def heads_that_attend_to_each_other(use: Attending, step: Step) -> Iterator[Mistake]:
    """Pieces of the features lie along the dim of the keys, and the steps along one before it."""
    if use.heads or len(use.key.sizes) < 4:
        return
    at = len(use.key.sizes) - 2
    if pieces_along(use.key, at) and pieces_along(use.query, len(use.query.sizes) - 2):
        message = f"{use.name} runs along dim {at - len(use.key.sizes)}, which holds heads: no step attends to another"
        fits = "transpose(1, 2) of query, key and value, and of what comes out fits"
        yield wrong("RNS224", message, fits, seen=use.key)
