"""Pictures that are sampled where a grid says, and the grids of affine maps: each picture by its own."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes
from rnnshape.layout.axes import Axis
from rnnshape.operations.marking import contracted, put_result
from rnnshape.operations.meeting import meet
from rnnshape.operations.registry import Operation, operation

__all__: list[str] = []


@operation("affine_grid", "affine_grid_generator")
def grid_of_maps(op: Operation) -> None:
    """Maps (batch, 2, 3) to grids (batch, height, width, 2), or those of volumes: what lies along the batch stays."""
    mark = op.book.mark(op.argument(0, "theta"))
    if mark is not None and len(mark.sizes) == 3 and isinstance(op.result, Tensor):
        op.consume(mark)
        tables = _along_the_batch(mark)
        put_result(op, op.result, {a: t.view([-1] + [1] * (op.result.dim() - 1)) for a, t in tables.items()}, [mark])


@operation("grid_sample", "grid_sampler")
def sampled(op: Operation) -> None:
    """Of pictures (batch, channels, height, width) batch and channels stay, of grids (batch, height, width, 2) all but 2."""
    picture, grid = (op.book.mark(op.argument(at, name)) for at, name in enumerate(("input", "grid")))
    if not isinstance(op.result, Tensor):
        return
    sizes, operands = tuple(op.result.shape), list[Mark]()
    if picture is not None:
        tables = contracted(picture, tuple(range(2, len(sizes))), keepdim=True)
        operands.append(replace(picture, sizes=(*sizes[:2], *[1] * (len(sizes) - 2)), tables=tables, made=None))
    if grid is not None:
        tables = {a: t.unsqueeze(1) for a, t in contracted(grid, (len(sizes) - 1,), keepdim=False).items()}
        operands.append(replace(grid, sizes=(sizes[0], 1, *sizes[2:]), tables=tables, made=None))
    known = [mark for mark in (picture, grid) if mark is not None]
    if known:
        op.consume(*known)
        met = meet(op, operands, sizes)
        gone = {axis for mark, left in zip(known, operands, strict=True) for axis in mark.tables.keys() - left.tables.keys()}
        put_result(op, op.result, {a: at_sizes(t, sizes) for a, t in met.tables.items() if a not in gone}, known)


def _along_the_batch(mark: Mark) -> dict[Axis, Tensor]:
    return contracted(mark, tuple(range(1, len(mark.sizes))), keepdim=False)
