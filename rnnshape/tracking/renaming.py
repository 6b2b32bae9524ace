"""Marks and uses in which axes have other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rnnshape.coordinates.mark import Mark
from rnnshape.layout.axes import Axis

__all__ = ["Names", "renamed", "under_other_names"]

Names = Mapping[Axis, Axis]
"""For some axes, others."""


def under_other_names(value: Any, names: Names) -> Any:
    """Return a use, or whatever is nested in it, in which axes have other names."""
    if isinstance(value, Mark):
        return renamed(value, names)
    if isinstance(value, Axis):
        return names.get(value, value)
    if isinstance(value, tuple):
        items = [under_other_names(item, names) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return value


def renamed(mark: Mark, names: Names) -> Mark:
    """Return a mark in which axes have other names, the same one where it has none of them."""
    if names.keys().isdisjoint((*mark.tables, *mark.lost)):
        return mark
    tables, sites, lost = ({names.get(a, a): v for a, v in part.items()} for part in (mark.tables, mark.sites, mark.lost))
    return replace(mark, tables=tables, sites=sites, lost=lost)
