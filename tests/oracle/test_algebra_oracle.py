"""The algebra against coordinates: random programs run on a Layout and on a torch tensor at the same time.

The tensor holds for every element where it came from, so the coordinate of each element on each axis of the source is known
without any rule. Every claim of every dim of the resulting Layout must then hold element by element, and where torch refuses an
operation the Layout must refuse it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, note
from hypothesis import strategies as st
from judge import MOST_ELEMENTS, Source, check_claims, factorizations, sources

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout.layout import Layout

MOST_DIMS = 6

# Operations: each draws its arguments for a layout and answers with a call that fits a Layout and a tensor alike

Target = Layout | torch.Tensor
Value = tuple[Layout, torch.Tensor]


@dataclass(frozen=True)
class Call:
    """A method call; where it answers with several parts, one of them is picked."""

    name: str
    args: tuple[object, ...]
    pick: int = 0

    def __call__(self, target: Target) -> Target:
        mixing = {"allow_mixing": True} if self.name == "reshape" and isinstance(target, Layout) else {}
        found = getattr(target, self.name)(*self.args, **mixing)
        if isinstance(found, tuple):
            return found[self.pick % len(found)] if found else target
        return found


def some_dim(ndim: int) -> st.SearchStrategy[int]:
    """Draw a dim, seldom one that is out of range."""
    return st.sampled_from([*range(-ndim, ndim)] * 3 + [ndim, -ndim - 1])


def with_hole(draw: st.DrawFn, sizes: list[int]) -> tuple[int, ...]:
    """Replace one of the sizes by -1, or leave them."""
    at = draw(st.integers(0, 2 * len(sizes)))
    return tuple(-1 if i == at else s for i, s in enumerate(sizes))


@st.composite
def orders(draw: st.DrawFn, layout: Layout) -> Call:
    n = layout.ndim
    name = draw(st.sampled_from(["permute", "transpose", "movedim", "movedims", "t"]))
    if name == "t":
        return Call("t", ())
    if name == "permute":
        return Call(name, (draw(st.permutations(range(n))),))
    if name == "movedims":
        several = st.lists(some_dim(n), min_size=1, max_size=2).map(tuple)
        return Call("movedim", (draw(several), draw(several)))
    return Call(name, (draw(some_dim(n)), draw(some_dim(n))))


@st.composite
def groupings(draw: st.DrawFn, layout: Layout) -> Call:
    n = layout.ndim
    name = draw(st.sampled_from(["reshape"] * 6 + ["misfit", "flatten", "unflatten", "squeeze", "unsqueeze"]))
    if name == "reshape":
        return Call(name, (with_hole(draw, draw(factorizations(layout.numel()))),))
    if name == "misfit":
        return Call("reshape", (tuple(draw(st.lists(st.integers(-2, 4), max_size=3))),))
    if name == "flatten":
        return Call(name, (draw(some_dim(n)), draw(some_dim(n))))
    if name == "unflatten":
        dim = draw(some_dim(n))
        sizes = draw(factorizations(size_of(layout, dim), 3) | st.lists(st.integers(-1, 3), max_size=2))
        return Call(name, (dim, with_hole(draw, sizes)))
    if name == "squeeze":
        return Call(name, tuple(draw(st.lists(some_dim(n), max_size=1))))
    return Call(name, (draw(st.integers(-n - 2, n + 1)),))


def size_of(layout: Layout, dim: int) -> int:
    return layout.sizes[dim] if -layout.ndim <= dim < layout.ndim else 2


@st.composite
def expansions(draw: st.DrawFn, layout: Layout) -> Call:
    added = draw(st.lists(st.integers(0, 3), max_size=2))
    kept = [draw(st.sampled_from([-1, s, *([2, 3, 0] if s == 1 else [])])) for s in layout.sizes]
    return Call("expand", ((*added, *kept),))


def slices(size: int) -> st.SearchStrategy[slice]:
    bound = st.none() | st.integers(-size - 1, size + 1)
    return st.builds(slice, bound, bound, st.sampled_from([None, None, 1, 2, 3, 4]))


@st.composite
def neighbouring_slices(draw: st.DrawFn, size: int) -> list[slice]:
    """Draw slices of which each starts where the one before would have gone on; their steps may differ."""
    start, found = draw(st.integers(0, 2)), []
    for _ in range(draw(st.integers(2, 3))):
        count, step = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        found.append(slice(start, start + step * count, step))
        start += step * count
    return [s for s in found if s.start < size]


@st.composite
def indices(draw: st.DrawFn, layout: Layout) -> Call:
    taken = layout.sizes[: draw(st.integers(0, layout.ndim))]
    items: list[object] = [draw(st.integers(-size, size) | slices(size) | slices(size)) for size in taken]
    for other in (None, Ellipsis):
        if draw(st.booleans()):
            items.insert(draw(st.integers(0, len(items))), other)
    return Call("__getitem__", (items[0] if len(items) == 1 else tuple(items),))


@st.composite
def some_part(draw: st.DrawFn, layout: Layout) -> Call:
    """Take one part of a dim in any of the ways that torch has."""
    dim, pick = draw(some_dim(layout.ndim)), draw(st.integers(0, 3))
    size = size_of(layout, dim)
    name = draw(st.sampled_from(["select", "narrow", "split", "splits", "chunk", "unbind"]))
    if name == "select":
        return Call(name, (dim, draw(st.integers(-size - 1, size))))
    if name == "narrow":
        return Call(name, (dim, draw(st.integers(-size - 1, size + 1)), draw(st.integers(-1, size))))
    if name == "split":
        return Call(name, (draw(st.integers(1, size + 1)), dim), pick)
    if name == "splits":
        lengths = draw(st.lists(st.integers(0, size), max_size=3))
        return Call("split", ([*lengths, size - sum(lengths)], dim), pick)
    return Call(name, (draw(st.integers(0, 4)), dim) if name == "chunk" else (dim,), pick)


OPERATIONS = (groupings, orders, groupings, groupings, indices, indices, some_part, expansions)


def apply(call: Call, value: Value) -> Value | None:
    """Run a call on both sides; None where both refuse it."""
    found = both(lambda: call(value[0]), lambda: call(value[1]))
    note(f"{value[0]!r}.{call.name}{call.args}: {found[0]!r}" if found else f"{value[0]!r}.{call.name}{call.args} is refused")
    return found


def both(on_layout: Callable[[], object], on_tensor: Callable[[], object]) -> Value | None:
    try:
        tensor = on_tensor()
    except (RuntimeError, IndexError, ValueError, TypeError) as refusal:
        expected = LayoutIndexError if isinstance(refusal, IndexError) else LayoutError
        with pytest.raises(expected):
            on_layout()
        return None
    return on_layout(), tensor


def one_of(draw: st.DrawFn, values: Sequence[Value]) -> Value:
    return values[draw(st.integers(0, len(values) - 1))]


def step(draw: st.DrawFn, values: list[Value]) -> Value | None:
    """Draw an operation on one value, or one that joins several."""
    layout, tensor = value = one_of(draw, [v for v in values if v[1].numel()][-3:] or values)
    if not layout.ndim:
        # A tensor without dims still takes 0 and -1 for a dim in some methods; a Layout does not.
        return apply(draw(expansions(layout) | indices(layout)), value)
    kind = draw(st.sampled_from(["one"] * 8 + ["slices", "cat", "stack", "words"]))
    if kind == "one":
        return apply(draw(draw(st.sampled_from(OPERATIONS))(layout)), value)
    if kind == "words":
        return by_words(draw, value)
    dim = draw(some_dim(layout.ndim))
    alike = [v for v in values if v[0].ndim == layout.ndim]
    parts = [value, *(one_of(draw, alike) for _ in range(draw(st.integers(0, 2))))]
    if kind == "slices":
        size = size_of(layout, dim)
        taken = draw(neighbouring_slices(size) | st.lists(slices(size), min_size=1, max_size=3))
        before = [slice(None)] * (dim % layout.ndim)
        parts = [(layout[(*before, part)], tensor[(*before, part)]) for part in taken]
    if kind != "stack":
        # torch drops parts of shape (0,) from a cat, for the sake of old code; a Layout does not.
        parts = [v for v in parts if v[0].sizes != (0,)]
    return join("stack" if kind == "stack" else "cat", parts, dim) if parts else None


def join(name: str, parts: list[Value], dim: int) -> Value | None:
    layouts, tensors = zip(*parts, strict=True)
    found = both(lambda: getattr(Layout, name)(layouts, dim), lambda: getattr(torch, name)(tensors, dim))
    note(f"{name}({layouts}, {dim}): {found[0]!r}" if found else f"{name}({layouts}, {dim}) is refused")
    return found


def by_words(draw: st.DrawFn, value: Value) -> Value | None:
    """Split or merge by axis words, which a tensor does by positions."""
    layout, tensor = value
    words = [{a.name for a in Layout((d,)).axes} for d in layout.dims]
    names = draw(st.lists(st.sampled_from(sorted(set().union(*words)) or ["nothing"]), min_size=1, max_size=3))
    held = [[at for at, found in enumerate(words) if name in found] for name in names]
    positions = [at[0] for at in held if len(at) == 1]
    clear = len(positions) == len(names)
    if draw(st.booleans()):
        apart: list[int] = []
        for at, (dim, size) in enumerate(zip(layout.dims, layout.sizes, strict=True)):
            apart += [f.size for f in dim] if dim and at in positions else [size]
        return both(lambda: layout.split_axes(*names), lambda: tensor.reshape(apart) if clear else refuse(names))
    run = clear and positions == list(range(positions[0], positions[0] + len(positions)))
    return both(
        lambda: layout.merge_axes(*names), lambda: tensor.flatten(positions[0], positions[-1]) if run else refuse(names)
    )


def refuse(names: Sequence[str]) -> torch.Tensor:
    raise ValueError(f"{names} do not name neighbouring dims")


def run_program(draw: st.DrawFn, source: Source, steps: int = 6) -> list[Value]:
    values: list[Value] = [(source.layout, source.elements)]
    for _ in range(steps):
        value = step(draw, values)
        if value and value[1].numel() <= MOST_ELEMENTS and value[1].ndim <= MOST_DIMS:
            values.append(value)
    return values


# The programs


@given(st.data())
def test_a_program_keeps_every_claim_true_and_readable(data: st.DataObject) -> None:
    source = data.draw(sources(smallest=data.draw(st.sampled_from([1] * 15 + [0]))))
    for layout, elements in run_program(data.draw, source):
        check_claims(layout, elements, source)
        assert Layout.parse(str(layout)) == layout


@given(st.data())
def test_reshapes_between_permutes_keep_every_claim_true_and_readable(data: st.DataObject) -> None:
    source = data.draw(sources())
    value: Value | None = source.layout, source.elements
    for _ in range(4):
        value = apply(Call("reshape", (data.draw(factorizations(value[1].numel())),)), value)
        value = apply(Call("permute", (data.draw(st.permutations(range(value[0].ndim))),)), value)
        check_claims(*value, source)
        assert Layout.parse(str(value[0])) == value[0]
