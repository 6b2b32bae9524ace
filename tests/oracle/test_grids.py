"""Every number on a cell of a picture is that of the elements in it, held against torch's own view and transpose."""

from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnshape import Layout
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import along
from rnnshape.layout.axes import Axis
from rnnshape.report.grid import MOST_COLUMNS, MOST_ROWS, Grid
from rnnshape.report.pictures.rereading import applied, grid_of
from rnnshape.rules.sketches import crossing, sketch

SIZES = st.integers(1, 7)


def tables(sizes: dict[str, int]) -> dict[str, torch.Tensor]:
    """Return for each axis its coordinate of every element of a tensor that has one dim for each."""
    shape = tuple(sizes.values())
    return {name: along(size, dim, len(shape)).expand(shape) for dim, (name, size) in enumerate(sizes.items())}


def holds(grid: Grid, real: dict[str, torch.Tensor]) -> None:
    """Hold each cell against all of the elements that it stands for."""
    assert 1 <= len(grid.rows) <= MOST_ROWS
    assert all(1 <= len(row) <= MOST_COLUMNS for row in grid.rows)
    width = prod(grid.sizes[1:])
    across = width // grid.elements
    if across == 1 and len(grid.rows) == 1:
        across = grid.sizes[0]
    for row, cells in enumerate(grid.rows):
        for column, cell in enumerate(cells):
            start = (row * across + column) * grid.elements
            for axis, coordinate in zip(grid.axes, cell, strict=True):
                own = real[axis].flatten()[start : start + grid.elements]
                assert own.tolist() == [coordinate] * grid.elements, (axis, row, column)
    assert grid.is_cut == (prod(grid.sizes) > grid.elements * sum(map(len, grid.rows)))


@given(st.data())
def test_cells_of_a_reshape(data: st.DataObject) -> None:
    names = ["batch", "seq", "layers", "hidden"][: data.draw(st.integers(1, 4))]
    order = data.draw(st.permutations(names))
    sizes = {name: data.draw(SIZES) for name in order}
    layout = Layout.of(*sizes.items())
    number = prod(sizes.values())
    first = data.draw(st.sampled_from([n for n in range(1, number + 1) if number % n == 0]))
    new = data.draw(st.sampled_from([(first, number // first), (number,), (1, first, number // first)]))
    before, after = grid_of(layout, "before", common=new), grid_of(layout, "view", new)
    assert before is not None
    assert after is not None
    real = tables(sizes)
    holds(before, real)
    holds(after, {name: table.reshape(new) for name, table in real.items()})
    assert before.elements == after.elements or 1 in (len(before.rows), len(after.rows))
    assert "hidden" not in before.axes or names == ["hidden"] or set(before.axes) == {"hidden"}


@given(st.data())
def test_cells_of_a_tensor_that_is_followed(data: st.DataObject) -> None:
    sizes = {name: data.draw(SIZES) for name in ("batch", "seq", "feature")}
    dims = data.draw(st.permutations([0, 1, 2]))
    real = {name: table.permute(dims) for name, table in tables(sizes).items()}
    if data.draw(st.booleans()):
        real = {name: table.flatten(0, 1) for name, table in real.items()}
    shape = tuple(real["batch"].shape)
    mark = Mark(shape, {Axis(name): table for name, table in real.items()})
    grid = sketch("it", mark)
    assert grid is not None
    holds(grid, real)
    marked = real["batch"] == 0
    again = sketch("it", mark, marked)
    assert again is not None
    for row, cells in enumerate(again.rows):
        for column, cell in enumerate(cells):
            assert ((row, column) in again.wrong) == (cell[again.axes.index("batch")] == 0)


def test_what_is_known_of_few_axes() -> None:
    assert sketch("it", Mark((3, 4))) is None
    wide = sketch("it", Mark((3, 100_000), {Axis("batch"): along(3, 0, 2)}))
    assert wide is not None
    assert (wide.rows, wide.elements, wide.axes) == ((((0,), (1,), (2,)),), 100_000, ("batch",))
    long = sketch("it", Mark((2, 100_000), {Axis("seq"): along(100_000, 1, 2)}))
    assert long is not None
    assert [len(row) for row in long.rows] == [16, 16]
    assert long.is_cut


EDITS = ["transpose(0, 1).flatten(1)", "permute(1, 0, 2).reshape(6, 64)", "unflatten(0, (2, 2)).transpose(0, 2)"]


@pytest.mark.parametrize("code", EDITS)
def test_an_edit_does_to_a_layout_what_it_does_to_a_tensor(code: str) -> None:
    layout = Layout.parse("(layers=2 directions=2) batch=6 hidden=16")
    made = applied(code, layout)
    assert made is not None
    real = {name: t.reshape(4, 6, 16) for name, t in tables({"layers": 2, "directions": 2, "batch": 6, "hidden": 16}).items()}
    grid = grid_of(made, "instead")
    assert grid is not None
    holds(grid, {name: eval(f"t.{code}", {"t": table}) for name, table in real.items()})


OTHERS = ["__class__", "numel()", "flatten(x)", "transpose(0, 9)", "a b", "view(6, 64)", "exec('1')", ""]


@pytest.mark.parametrize("code", OTHERS)
def test_code_of_any_other_kind_is_not_run(code: str) -> None:
    assert applied(code, Layout.parse("(layers=2 directions=2) batch=6 hidden=16")) is None


@pytest.mark.parametrize(("one", "other"), [((6, 1), (6,)), ((3, 1, 4), (3, 4, 1)), ((20, 1), (20,)), ((4, 7), (7,))])
def test_which_element_meets_which(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    sizes = torch.broadcast_shapes(one, other)
    grid = crossing((one, other), sizes)
    assert grid is not None
    a, b = (torch.arange(prod(s)).view(s).expand(sizes) for s in (one, other))
    if len(sizes) == 2:
        for row, cells in enumerate(grid.rows):
            assert [list(cell) for cell in cells] == torch.stack([a[row], b[row]], -1)[:16].tolist()
    different = {(r, c) for r, row in enumerate(grid.rows) for c, (first, second) in enumerate(row) if first != second}
    assert different == {*grid.wrong}
    assert crossing(((3,), (3,)), (3,)) is None
