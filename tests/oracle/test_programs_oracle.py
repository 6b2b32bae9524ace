"""Random programs of movement and pointwise operations: claims hold for every source that an element depends on."""

from __future__ import annotations

import pytest
import torch
from elements import NAMES, check_form, check_layout, label, numbered, tracker
from hypothesis import given
from hypothesis import strategies as st

from rnnshape.tracking import ways

SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=3).map(tuple).filter(lambda s: torch.Size(s).numel() <= 24)


def move(draw, x):
    """Return a function that moves the elements of any tensor of these sizes."""
    ndim, numel = x.dim(), x.numel()
    kind = draw(
        st.sampled_from(
            ["permute", "reshape", "index", "slice", "flip", "roll", "cat", "stack", "repeat", "pad", "write", "unfold"]
        )
    )
    dim = draw(st.integers(0, ndim - 1)) if ndim else 0
    if ndim == 0 or numel == 0:
        return lambda y: y.unsqueeze(0)
    if kind == "permute":
        order = draw(st.permutations(range(ndim)))
        return lambda y: y.permute(order)
    if kind == "reshape":
        first = draw(st.sampled_from([d for d in range(1, numel + 1) if numel % d == 0]))
        return lambda y: y.reshape(first, -1)
    if kind == "index":
        rows = torch.tensor(draw(st.lists(st.integers(0, x.size(dim) - 1), min_size=1, max_size=3)))
        return lambda y: y[(*[slice(None)] * dim, rows)]
    if kind == "slice":
        step = draw(st.integers(1, 2))
        return lambda y: y[(*[slice(None)] * dim, slice(None, None, step))]
    if kind == "write":

        def write(y):
            buffer = torch.zeros_like(y)
            buffer[0] = y[-1]
            return buffer

        return write
    return {
        "flip": lambda y: y.flip(dim),
        "roll": lambda y: y.roll(1, dim),
        "cat": lambda y: torch.cat([y, y.flip(dim)], dim),
        "stack": lambda y: torch.stack([y, y.flip(dim)], dim),
        "repeat": lambda y: y.repeat_interleave(2, dim),
        "pad": lambda y: torch.nn.functional.pad(y, (1, 0)),
        "unfold": lambda y: y.unfold(dim, 1, 1),
    }[kind]


def meet(draw, x):
    """Return a function that joins a tensor with elements of itself."""
    dim = draw(st.integers(0, x.dim() - 1)) if x.dim() else None
    kind = draw(st.sampled_from(["scale", "row", "turned"]))
    if kind == "scale" or dim is None or x.numel() == 0:
        return lambda y: y * 2
    if kind == "row":
        return lambda y: y + y.narrow(dim, 0, 1) * 3
    return lambda y: torch.addcmul(y, y.flip(dim), torch.tensor(5.0))


@given(st.data(), SIZES)
def test_programs(data, sizes):
    x, following, program = numbered(*sizes), tracker(), []
    label(following, x, NAMES[: len(sizes)])
    true = {a: t.expand(sizes).flatten() for a, t in following.book.mark(x).tables.items()}
    y = x
    for _ in range(data.draw(st.integers(1, 5))):
        func = (move if data.draw(st.integers(0, 3)) else meet)(data.draw, y)
        program.append(func)
        with following:
            y = func(y)
        if y.numel() > 200:
            break
    assert not following._off
    mark = following.book.mark(y)
    if mark is None:
        return
    check_form(mark, y)
    check_layout(mark)
    for source in range(x.numel()):
        one = torch.zeros(x.numel())
        one[source] = 1.0
        changed = one.view(sizes)
        for func in program:
            changed = func(changed)
        reached = changed != 0
        for axis, table in mark.tables.items():
            claimed = table.expand(y.shape)[reached]
            assert bool(((claimed == true[axis][source]) | (claimed < 0)).all()), (
                f"{axis}: an element of {source} claims {claimed.tolist()}"
            )


def consume(draw, x):
    """Return a function that sums over a dim, or mixes along one."""
    kind = draw(st.sampled_from(["linear", "sum", "softmax", "product", "steps"]))
    dim = draw(st.integers(0, x.dim() - 1)) if x.dim() else 0
    if x.dim() == 0 or x.numel() == 0:
        return lambda y: y * 3
    weight = torch.ones(2, x.size(-1))
    return {
        "linear": lambda y: torch.nn.functional.linear(y, weight),
        "sum": lambda y: y.sum(dim, keepdim=True) + y,
        "softmax": lambda y: y.softmax(dim),
        "product": lambda y: torch.matmul(y, y.mT) if y.dim() > 1 else y + y,
        "steps": lambda y: torch.stack([y.select(dim, i) * 2 for i in range(y.size(dim))], dim),
    }[kind]


def followed(program, sizes):
    """Follow a program twice with one tracker, and return what is known of both results."""
    x, following = numbered(*sizes), tracker()
    label(following, x, NAMES[: len(sizes)])
    marks = []
    for _ in range(2):
        y = x
        with following:
            for func in program:
                y = func(y)
        assert not following._off
        marks.append(following.book.mark(y))
    return marks


def told(mark):
    """Return all that a mark tells, but for the numbers of axes that no one named."""
    if mark is None:
        return None
    tables = [
        (a.name, t.tolist(), s and (s.name, s.sizes, s.location)) for a, t in mark.tables.items() for s in [mark.sites.get(a)]
    ]
    lost = [(a.name, s.name) for a, s in mark.lost.items()]
    return mark.sizes, tables, lost, mark.target, mark.single, mark.made


@given(st.data(), SIZES)
def test_what_is_repeated_is_what_is_found_by_following(data, sizes):
    x, program = numbered(*sizes), []
    for _ in range(data.draw(st.integers(1, 5))):
        func = data.draw(st.sampled_from([move, meet, consume]))(data.draw, x)
        program.append(func)
        x = func(x)
        if x.numel() > 200:
            break
    once = [told(mark) for mark in followed(program, sizes)]
    again = [told(mark) for mark in followed(program, sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "REPEATABLE", frozenset())
        plain = [told(mark) for mark in followed(program, sizes)]
    assert once == again == plain
