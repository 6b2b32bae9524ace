"""A Layout, read off the tables where they factor."""

from __future__ import annotations

from collections.abc import Iterable

from rnnshape.coordinates.mark import OF_SCORES, ROWS, TURNED, UNNAMED, Mark, Site
from rnnshape.coordinates.tables import pieces_of, runs_along
from rnnshape.layout.axes import UNKNOWN, Axis, Factor, whole
from rnnshape.layout.layout import Layout

__all__ = ["layout_before", "layout_of", "readable"]

_KNOWN_TO_ALL = ("batch", ROWS, "seq", "layers", "directions", "hidden", "feature")


def layout_of(mark: Mark, only: Iterable[str] = ()) -> Layout | None:
    """Read a Layout off the tables; dims that do not factor are unknown. None where nothing is known."""
    names = set(only)
    if mark.of("batch"):
        names.discard(ROWS)  # what a layer took for its batch, where somebody knows better
    pieces: list[tuple[Axis, int, int, int]] = []
    for axis, table in mark.tables.items():
        is_shown = axis.name in names if names else axis.name not in OF_SCORES and axis.name != TURNED
        if is_shown:
            pieces += [(axis, *piece) for piece in pieces_of(table)]
    if not pieces:
        return None
    shown = _told_apart({axis for axis, *_ in pieces})
    dims: list[list[tuple[int, Factor]]] = [[] for _ in mark.sizes]
    for axis, dim, stride, size in pieces:
        dims[dim].append((stride, whole(UNKNOWN if axis.name == UNNAMED else shown[axis], size)))
    return Layout(tuple(_dim(found, size) for found, size in zip(dims, mark.sizes, strict=True)))


def _told_apart(axes: set[Axis]) -> dict[Axis, Axis]:
    """Return what each axis is shown as: its name, and the input that it came from where another has the same name."""
    plain = {axis: Axis("batch" if axis.name == ROWS else axis.name) for axis in axes}
    found: dict[Axis, Axis] = {}
    for axis in axes:
        origins = {other: other.of.partition(".")[0] for other in axes if plain[other] == plain[axis]}
        is_told = len(set(origins.values())) == len(origins) > 1 and all(map(str.isidentifier, origins.values()))
        found[axis] = plain[axis]._replace(of=origins[axis]) if is_told else plain[axis]
    return found


def readable(mark: Mark) -> Layout | None:
    """Read a Layout off a mark, in the words that a person uses: the steps of an output are those of a sequence."""
    tables = dict(mark.tables)
    if any(axis.name == "seq" and runs_along(table) for axis, table in tables.items()):
        tables = {axis: table for axis, table in tables.items() if axis.name != "step"}
    else:
        tables = {Axis("seq", axis.of) if axis.name == "step" else axis: table for axis, table in tables.items()}
    tables = {axis: table for axis, table in tables.items() if axis.name not in (UNNAMED, ROWS, TURNED)}
    found = layout_of(Mark(mark.sizes, tables))
    return found if found is not None and "?" not in str(found) else layout_of(Mark(mark.sizes, tables), _KNOWN_TO_ALL)


def _dim(pieces: list[tuple[int, Factor]], size: int) -> tuple[Factor, ...]:
    if size == 1:
        return ()
    factors: list[Factor] = []
    covered = 1
    for stride, factor in sorted(pieces, key=lambda p: p[0]):
        assert isinstance(factor.size, int)
        if stride < covered or stride % covered:
            return (whole(UNKNOWN, size),)
        if stride > covered:
            factors.insert(0, whole(UNKNOWN, stride // covered))
        factors.insert(0, factor)
        covered = stride * factor.size
    if size % covered:
        return (whole(UNKNOWN, size),)
    if covered != size:
        factors.insert(0, whole(UNKNOWN, size // covered))
    return tuple(factors)


def layout_before(site: Site) -> Layout | None:
    """Return the Layout of what an operation was applied to, of the axes that a person knows; None where it does not factor."""
    if site.tables_before:
        was = Mark(site.sizes_before, site.tables_before)
        site.layout_before = layout_of(was, _KNOWN_TO_ALL) or layout_of(was)
        site.tables_before = {}
    return site.layout_before
