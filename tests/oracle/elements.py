"""Where every element of a tensor came from, and on which samples it depends: measured, to judge what tables claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import compress, separable
from rnnshape.layout.axes import Axis
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import leaves, name_of
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.track import Tracker

NAMES = ("batch", "seq", "char", "word", "frame", "band")


def tracker() -> Tracker:
    return Tracker(Reporter(Report(), "record"), lambda module: "")


def unfollowed(following: Tracker) -> tuple[str, ...]:
    return following._report.unfollowed


def label(following: Tracker, tensor: Tensor, names: Sequence[str | None], of: str = "") -> None:
    """Call the dims of a tensor by these names; None leaves a dim unknown."""
    words = [f"{name}={size}" if name else f"?={size}" for name, size in zip(names, tensor.shape, strict=True)]
    following.inputs.label(tensor, Layout.parse(" ".join(words)), of)


class Recorder(TorchFunctionMode):
    """Remembers the names under which torch dispatches what is called."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(name_of(func))
        return func(*args, **(kwargs or {}))


def dispatched(work: Callable[[], Any]) -> set[str]:
    with Recorder() as recorder:
        work()
    return recorder.names


# Movement: every element has its own number, from 1; 0 is padding


def numbered(*sizes: int) -> Tensor:
    return torch.arange(1.0, prod(sizes) + 1).view(sizes)


def sources(sizes: tuple[int, ...]) -> Iterator[tuple[Tracker, Tensor, dict[Axis, Tensor]]]:
    """Yield a numbered tensor of some sizes with different knowledge of it, and the true coordinates of each number.

    Its axes lie along one dim each; along several, after a reshape that scrambled them; and all of it is one axis.
    """
    flat = (prod(sizes),)
    for base, names in ((sizes, NAMES), (sizes[::-1], NAMES), (flat, NAMES), (sizes, (None, *NAMES))):
        following, x = tracker(), numbered(*base)
        label(following, x, names[: len(base)])
        true = {}
        for axis, table in following.book.mark(x).tables.items() if following.book.mark(x) else ():
            dim = names.index(axis.name)
            assert torch.equal(
                table.expand(base), torch.arange(base[dim]).view([-1 if d == dim else 1 for d in range(len(base))]).expand(base)
            )
            true[axis] = torch.cat([torch.tensor([-1]), table.expand(base).flatten()])
        with following:
            y = x.reshape(sizes)
        yield following, y, true


def check_elements(mark: Mark | None, result: Tensor, true: dict[Axis, Tensor], complete: bool = True) -> None:
    """Compare the tables of a result with where its numbers say that its elements come from.

    An axis may be unknown only where the elements were put in an order of their own.
    """
    numbers = torch.nan_to_num(result.detach()).real.long().clamp(min=0)
    if mark is not None:
        check_form(mark, result)
    for axis, of_number in true.items():
        wanted = of_number[numbers]
        if mark is None or axis not in mark.tables:
            assert not complete or not separable(compress(wanted)) or result.numel() == 0, f"{axis} is lost"
            continue
        table = mark.tables[axis].expand(result.shape)
        assert torch.equal(table, wanted), f"{axis} is said to be {table.tolist()} and is {wanted.tolist()}"


def check_form(mark: Mark, result: Tensor) -> None:
    """Check that tables broadcast to their tensor and are no larger than they must be."""
    assert mark.sizes == tuple(result.shape)
    for table in mark.tables.values():
        assert table.dtype == torch.int64
        assert table.device.type == "cpu"
        assert table.dim() == result.dim()
        assert all(t in (1, s) for t, s in zip(table.shape, result.shape, strict=True))
        assert int(table.min() if table.numel() else 0) >= -1


# Dependence: one sample is changed at a time


def dependence(func: Callable[..., Any], inputs: Sequence[Tensor], dims: Sequence[int | None], samples: int) -> list[Tensor]:
    """Return, for each result, which samples every element depends on: (samples, *sizes)."""
    torch.manual_seed(1)
    before = [r.detach().clone() for r in leaves(func(*[x.clone() for x in inputs]))]
    found = [torch.zeros(samples, *r.shape, dtype=torch.bool) for r in before]
    for sample in range(samples):
        for attempt in range(2):
            changed = [_changed(x, dim, sample, attempt) for x, dim in zip(inputs, dims, strict=True)]
            torch.manual_seed(1)
            for depends, was, now in zip(found, before, leaves(func(*changed)), strict=True):
                if now.shape == was.shape:
                    depends[sample] |= ~torch.isclose(now.detach(), was, rtol=1e-9, atol=1e-12, equal_nan=True)
    return found


def _changed(x: Tensor, dim: int | None, sample: int, attempt: int) -> Tensor:
    x = x.clone()
    if dim is not None:
        generator = torch.Generator().manual_seed(attempt)
        part = x.select(dim, sample)
        if x.is_floating_point():
            part.copy_(torch.randn(part.shape, generator=generator, dtype=x.dtype) * 3)
        else:
            part.copy_(torch.randint(0, 3, part.shape, generator=generator).to(x.dtype))
    return x


def placements(shapes: Sequence[tuple[int, ...]], samples: int) -> list[tuple[int | None, ...]]:
    """Return every way to lay the batch along one dim of each input, or of none."""
    choices = [[None, *(d for d, s in enumerate(shape) if s == samples)] for shape in shapes]
    every = [p for p in product(*choices) if any(d is not None for d in p)]
    alike = [p for p in every if len({*p}) == 1]
    return [*alike, *[p for p in every if p not in alike][:: 1 + len(every) // 9]]


def check_dependence(
    func: Callable[..., Any], inputs: Sequence[Tensor], dims: Sequence[int | None], samples: int, mixes: bool = False
) -> int:
    """Check every claim of a sample against the samples that an element depends on, and return how many there were."""
    following = tracker()
    given = [x.clone() for x in inputs]
    for number, (x, dim) in enumerate(zip(given, dims, strict=True)):
        names = iter(NAMES[1:])
        label(following, x, [("batch" if d == dim else next(names)) for d in range(x.dim())], str(number))
    torch.manual_seed(1)
    with following:
        results = list(leaves(func(*given)))
    assert not following._off, "a mistake of ours"
    found = dependence(func, inputs, dims, samples)
    claims = 0
    for result, depends in zip(results, found, strict=True):
        mark = following.book.mark(result)
        if mark is None:
            continue
        check_form(mark, result)
        for _, table in mark.of("batch"):
            table = table.expand(result.shape)
            claims += int((table >= 0).sum())
            for sample in range(samples):
                wrong = depends[sample] & (table >= 0) & (table != sample)
                assert mixes or not bool(wrong.any()), (
                    f"{int(wrong.sum())} elements depend on sample {sample} and claim another"
                )
    return claims


# Layouts


def check_layout(mark: Mark) -> None:
    """Check that along the factors of a dim the coordinate grows by equal steps, and by nothing else."""
    layout = layout_of(mark)
    if layout is None:
        return
    assert layout.sizes == mark.sizes
    for dim, factors in enumerate(layout.dims):
        stride = prod(f.size for f in factors)
        for factor in factors:
            stride //= factor.size
            if not isinstance(factor.axis, Axis) or factor.axis.name == "?":
                continue
            place = torch.arange(mark.sizes[dim]) // stride % factor.size
            assert any(_grows(table, dim, place) for axis, table in mark.tables.items() if axis.name == factor.axis.name), (
                f"dim {dim}: {factor} is not what the tables hold, {layout}"
            )


def _grows(table: Tensor, dim: int, place: Tensor) -> bool:
    if table.size(dim) == 1:
        return False
    moved = table.movedim(dim, 0)
    first = moved[0]
    at_one = moved[int((place == 1).nonzero()[0])]
    step = (at_one - first).flatten()[0]  # of the elements that come first along all other dims
    wanted = first + (place * step).view([-1] + [1] * (moved.dim() - 1))
    return bool(step > 0) and bool(((moved == wanted) | (moved < 0) | (first < 0)).all())
