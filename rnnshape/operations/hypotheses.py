"""Numbers of which all samples have made each, by several orders of the same things, of which one is to be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from rnnshape.coordinates.mark import AVERAGE, Mark, Site
from rnnshape.coordinates.tables import runs_along, unique

if TYPE_CHECKING:
    from rnnshape.operations.registry import Operation

__all__ = ["are_hypotheses"]


def are_hypotheses(op: Operation, marks: Sequence[Mark]) -> bool:
    """Tell whether numbers are means or sums of the same samples, of which something lies in another order for each number."""
    sites = [site for mark in marks for axis, site in mark.sites.items() if axis.name == AVERAGE and not mark.sizes]
    if len(sites) < len(marks):
        return False
    op.book.calling_module()  # what those were made of is of this call alone
    return all(_have_other_orders(one, other) for one, other in pairwise(sites))


def _have_other_orders(one: Site, other: Site) -> bool:
    """Tell whether something beside samples and steps lies in another order; steps may be late, or run back, for all alike."""
    if one.sizes_before != other.sizes_before:
        return False
    for axis, table in one.tables_before.items():
        after = other.tables_before.get(axis)
        if axis.name in ("batch", "seq", "step") or after is None or not runs_along(table) == runs_along(after) != []:
            continue
        if not torch.equal(table, after) and torch.equal(unique(table).sort().values, unique(after).sort().values):
            return True
    return False
