"""What meets in one place, and is of other samples: one state or one choice for all, rows of flags, beams that are mixed."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from rnnshape.coordinates.mark import CHOICE, Mark, of_scores
from rnnshape.coordinates.tables import lone, numbers, runs_along, separable, unique, varies
from rnnshape.layout.axes import Axis
from rnnshape.operations.names import ADDS, MULTIPLIES
from rnnshape.operations.uses import (
    Choosing,
    Contraction,
    Disagreement,
    Filling,
    Joining,
    Meeting,
    Picking,
    Product,
    RecurrentInput,
    Reduction,
    Returned,
    TokenIds,
    marks_of,
)
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.tables import is_in_order, once_each
from rnnshape.rules.wording import mixed, wrong

__all__: list[str] = []

_JOINS = frozenset([
    *ADDS, *MULTIPLIES, "cat", "concat", "concatenate", "bmm", "matmul", "baddbmm", "einsum", "multi_head_attention_forward",
    "scaled_dot_product_attention",
])  # fmt: skip
"""What gives a state to others. A difference or a distance compares with one sample, which may be the one to compare with."""



_ADDS = frozenset(["mean", "nanmean", "sum", "nansum"])
"""What takes all pairs together."""

FEWEST = 3
"""Samples beyond which numbers of rows that are all 0 or 1 are no accident."""


@rule(Disagreement, Joining, Meeting)
def one_state_for_all(use: Disagreement | Joining | Meeting, step: Step) -> Iterator[Mistake]:
    """Rows of a state h_n were picked along its batch, and every sample gets the state of one: ``h_n[:, :1].expand(...)``."""
    for state in use.marks if use.name in _JOINS else ():
        if not state.of("layers"):
            continue
        for axis, table in state.of("batch"):
            sample, site = lone(table), state.sites.get(axis)
            others = [m.tables[axis] for m in use.marks if axis in m.tables and not m.of("layers")]
            if sample is not None and site is not None and any(len(unique(rows)) > 1 for rows in others):
                message = f"{use.name} gives the state of sample {sample} to every sample"
                yield wrong("RNS501", message, site=site, seen=state)
                return


@rule(Contraction, Product, RecurrentInput, Returned, TokenIds)
def one_choice_for_all(use: Contraction | Product | RecurrentInput | Returned | TokenIds, step: Step) -> Iterator[Mistake]:
    """What the scores of one sample have chosen picks from every sample: ``memory[:, scores.argmax(1)[0]]``."""
    for mark in marks_of(use):
        for choice, table in mark.of(CHOICE):
            sample, site = lone(table), mark.sites.get(choice)
            if sample is not None and site is not None and _has_several(mark, choice) and not step.is_doubled:
                message = f"{site.name} picks from every sample what sample {sample} alone has chosen"
                yield wrong("RNS230", message, site=site, seen=mark)
                return


@rule(Reduction)
def everyone_at_everyones_place(use: Reduction, step: Step) -> Iterator[Mistake]:
    """An index of one number for each sample picks from all of them, and all pairs are averaged: ``scores[:, when].mean()``.

    The diagonal, or a loss that knows which pair is of one sample, takes no such mean. What is picked are steps: the words or
    goods that other samples were given may be meant as negatives.
    """
    for choice, table in use.mark.of(CHOICE) if use.name in _ADDS else ():
        dims, site = runs_along(table), use.mark.sites.get(choice)
        own = [rows for axis, rows in use.mark.of("batch") if of_scores(CHOICE, axis) == choice]
        across = [d for rows in own for d in runs_along(rows)]
        if site is None or not any(axis.counts_steps and runs_along(t) == dims for axis, t in site.tables_before.items()):
            continue
        if len(dims) == len(across) == 1 and dims != across and {*dims, *across} <= {*use.dims}:
            whose, says = (len(unique(rows)) for rows in (own[0], table))
            picks = f"{site.name} picks from each of {whose} samples what the numbers of all {says} say"
            message = f"{picks}, and {use.name} takes all pairs together"
            yield wrong("RNS504", message, site=site, seen=use.mark)
            return


def _has_several(mark: Mark, choice: Axis) -> bool:
    """Tell whether there is something of several of the samples whose scores choose."""
    return any(of_scores(CHOICE, axis) == choice and runs_along(table) for axis, table in mark.of("batch"))


@rule(Choosing)
def samples_that_compete(use: Choosing, step: Step) -> Iterator[Mistake]:
    """The largest of a row are chosen, and it holds pieces of several samples: beams that were laid out in another order."""
    for axis, table in use.mark.of("batch"):
        if varies(table, use.dim) and not separable(table):
            yield mixed(use.name, use.mark, axis, use.dim, "candidates of one sample")
            return


@rule(Filling)
def flags_that_pick_rows(use: Filling, step: Step) -> Iterator[Mistake]:
    """States are reset at the numbers 0 and 1, of which there is one for each sample: as numbers they pick samples 0 and 1.

    Where nobody has named the samples, a state has its rows where its layers and its units do not lie.
    """
    values = step.values(use.at) if _has_row_for_each(use) else None
    if values is not None and values.numel() > FEWEST and set(numbers(values.cpu())) == {0, 1}:
        message = "0 or 1 of each sample is taken for the number of a row: samples 0 and 1 are reset, not those with a 1"
        yield wrong("RNS501", message, ".bool() of the index fits", seen=use.mark)


@rule(Picking)
def flags_that_pick_the_first_two(use: Picking, step: Step) -> Iterator[Mistake]:
    """Samples are picked at numbers that were flags, of which each has one: they are samples 0 and 1, again and again."""
    values = step.values(use.at) if _has_flag_of_each(use) else None
    if values is not None and values.numel() >= FEWEST and set(numbers(values.cpu())) == {0, 1}:
        message = "0 or 1 of each sample is taken for the number of a row: rows 0 and 1 are picked, not those with a 1"
        yield wrong("RNS233", message, ".bool() of the index fits", shown=(("picked from", use.mark), ("index", use.picks)))


def _has_flag_of_each(use: Picking) -> bool:
    """Tell whether samples are picked, each of them lies in one row, and there are as many numbers, of the same samples."""
    if use.at.numel() != use.mark.sizes[use.dim]:
        return False
    for axis, table in use.mark.of("batch"):
        if runs_along(table) == [use.dim] and once_each(table):
            flags = use.picks.tables.get(axis)
            return torch.equal(flags, table.flatten()) if flags is not None else not use.picks.of("batch")
    return False


def _has_row_for_each(use: Filling) -> bool:
    """Tell whether a state is written to, and there are as many numbers as it has rows, each for one of them."""
    state = [dim for name in ("layers", "hidden") for _, table in use.mark.of(name) for dim in runs_along(table)]
    size = use.mark.sizes[use.dim]
    if not any(axis.name in ("layers", "hidden") for axis in use.mark.tables) or use.at.numel() != size:
        return False
    for axis, table in use.mark.of("batch"):
        flags = use.picks.tables.get(axis) if use.picks is not None else None
        if flags is not None:
            return runs_along(table) == [use.dim] and is_in_order(flags)
    rows = {*range(len(use.mark.sizes))} - {0, len(use.mark.sizes) - 1} if use.mark.of("layers") else {0}
    return use.dim in rows and use.dim not in state
