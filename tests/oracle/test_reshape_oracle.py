"""Reshapes, slices and joins: small spaces whole, round trips, symbolic sizes, and what the interleaving error says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import product as pairs

import pytest
import torch
from hypothesis import assume, given, note
from hypothesis import strategies as st
from judge import Source, check_claims, factorizations, source_of, sources

from rnnshape.errors import LayoutError
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Dim, whole
from rnnshape.layout.factoring import fuse
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size, product, substitute


def known(text: str) -> Source:
    layout = Layout.parse(text)
    return source_of(layout, {f.axis: f.total for d in layout.dims for f in d})


# The judge itself: each wrong claim stands beside a right one about the same elements.

WHOLE, PART, STEPS = slice(None), slice(1, 4), slice(0, 6, 2)


@pytest.mark.parametrize(
    ("index", "right", "wrong", "verdict"),
    [
        (WHOLE, "batch=6 seq=6 hidden=4", "batch=6 seq=6 hidden=2", "has the sizes (6, 6, 2), not (6, 6, 4)"),
        (WHOLE, "batch=6 seq=6 hidden=4", "seq=6 batch=6 hidden=4", "dim 0: seq=6 is not what the elements hold"),
        (WHOLE, "batch=6 seq=6 ?=4", "batch=6 seq=6 copies=4", "said to be copies, but hidden varies along it"),
        (WHOLE, "batch=6 seq=6 hidden=4", "batch=6 seq=6 hidden%4/8=4", "hidden%4/8=4 is said to have 8 elements, not 4"),
        (
            WHOLE,
            "6 6 (hidden//2=2 hidden%2/4=2)",
            "6 6 (hidden%2/4=2 hidden//2=2)",
            "hidden%2/4=2 is not what the elements hold",
        ),
        (PART, "batch[1:4/6]=3 6 4", "batch[0:3/6]=3 6 4", "batch[0:3/6] does not hold all of these elements"),
        (PART, "batch[1:4/6]=3 6 4", "batch[1:4/9]=3 6 4", "batch[1:4/9] is said to be cut from 9 elements, not 6"),
        (STEPS, "batch[0:5:2/6]=3 6 4", "batch[0:3/6]=3 6 4", "batch[0:3/6] does not hold all of these elements"),
        (WHOLE, "{batch=6 seq=6}//6=6 6 4", "{seq=6 batch=6}//6=6 6 4", "{seq=6 batch=6}//6=6 is not what the elements hold"),
        (WHOLE, "{batch=6 seq=6}//6=6 6 4", "{batch=6 seq%6/12=6}//6=6 6 4", "seq%6/12=6 is said to have 12 elements, not 6"),
    ],
)
def test_the_judge_tells_right_from_wrong(index: slice, right: str, wrong: str, verdict: str) -> None:
    source = known("batch=6 seq=6 hidden=4")
    check_claims(Layout.parse(right), source.elements[index], source)
    with pytest.raises(AssertionError, match=re.escape(verdict)):
        check_claims(Layout.parse(wrong), source.elements[index], source)


def test_the_judge_wants_copies_to_be_copies() -> None:
    source = known("batch=6 1")
    check_claims(Layout.parse("batch=6 copies=3"), source.elements.expand(6, 3), source)
    check_claims(Layout.parse("(batch=6 copies=3)"), source.elements.expand(6, 3).flatten(), source)
    with pytest.raises(AssertionError, match="said to be copies"):
        check_claims(Layout.parse("(copies=6 ?=3)"), source.elements.expand(6, 3).flatten(), source)


# Small spaces, whole


def shapes(number: int, most: int) -> Iterator[tuple[int, ...]]:
    """Yield every shape of up to so many dims that has this number of elements, 1s included."""
    if most:
        yield (number,)
        for first in range(1, number + 1):
            if number % first == 0:
                yield from ((first, *rest) for rest in shapes(number // first, most - 1))


def cuts_cleanly(sizes: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether every boundary of a shape falls on one of the axes' or divides the axis that it cuts."""
    ends = [math.prod(sizes[i:]) for i in range(len(sizes) + 1)]
    for i in range(len(shape)):
        boundary = math.prod(shape[i:])
        inner = max(e for e in ends if e <= boundary)
        outer = min(e for e in ends if e >= boundary)
        if boundary % inner or outer % boundary:
            return False
    return True


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 6])
def test_every_reshape_of_three_small_axes(batch: int) -> None:
    for seq, hidden in pairs((1, 2, 3, 4, 6), repeat=2):
        source = known(f"batch={batch} seq={seq} hidden={hidden}")
        sizes = source.layout.sizes
        for shape in shapes(math.prod(sizes), 3):
            reshaped = source.layout.reshape(shape, allow_mixing=True)
            check_claims(reshaped, source.elements.reshape(shape), source)
            mixed = any(reshaped.is_mixed(d) for d in range(reshaped.ndim))
            assert (mixed, "?" in str(reshaped)) == (not cuts_cleanly(sizes, shape), False), (str(reshaped), shape)
            back = reshaped.reshape(sizes, allow_mixing=True)
            check_claims(back, source.elements, source)
            # A factor of size 1 may come back in a neighbouring dim.
            assert back == source.layout or 1 in sizes


def all_slices(size: int) -> list[slice]:
    """Return a slice for every arithmetic progression within the size, and an empty one."""
    return [slice(0, 0)] + [
        slice(start, start + step * (count - 1) + 1, step)
        for start in range(size)
        for step in range(1, size)
        for count in range(1, (size - 1 - start) // step + 2)
        if count > 1 or step == 1
    ]


@pytest.mark.parametrize("text", ["seq=9", "(batch=2 seq=6)", "(batch=3 layers=2 seq=2)", "(batch=2 layers=1 seq=3)"])
def test_every_slice_of_a_dim_and_every_slice_of_it(text: str) -> None:
    source = known(text)
    for first in all_slices(source.layout.sizes[0]):
        once = source.layout[first]
        check_claims(once, source.elements[first], source)
        for second in all_slices(once.sizes[0]):
            check_claims(once[second], source.elements[first][second], source)


@pytest.mark.parametrize("text", ["seq=9", "(seq=6 hidden=2)"])
def test_every_cat_of_two_slices(text: str) -> None:
    source = known(text)
    parts = [(source.layout[part], source.elements[part]) for part in all_slices(source.layout.sizes[0])]
    for first, second in pairs(parts, parts):
        joined = Layout.cat([first[0], second[0]])
        check_claims(joined, torch.cat([first[1], second[1]]), source)


# Round trips


@given(st.data())
def test_reshapes_and_back_are_the_identity(data: st.DataObject) -> None:
    """Equal where no dim or factor has size 1 and neighbouring pieces of one axis are written as one; else only true."""
    source = data.draw(sources(smallest=data.draw(st.sampled_from([1, 2, 2]))))
    layout, elements = source.layout, source.elements
    if data.draw(st.booleans()):
        shape = data.draw(factorizations(elements.numel()))
        order = data.draw(st.permutations(range(len(shape))))
        layout, elements = layout.reshape(shape, allow_mixing=True).permute(order), elements.reshape(shape).permute(order)
    there = layout
    for _ in range(data.draw(st.integers(1, 3))):
        there = there.reshape(data.draw(factorizations(elements.numel())), allow_mixing=True)
        note(str(there))
    back = there.reshape(layout.sizes, allow_mixing=True)
    check_claims(back, elements, source)
    if all(layout.dims) and all(f.size != 1 for d in layout.dims for f in d):
        assert back == Layout(tuple(fuse(d) for d in layout.dims))


# Symbols


@st.composite
def symbolic_sources(draw: st.DrawFn) -> tuple[Layout, dict[str, int], Source]:
    """Draw a Layout with symbols, their values, and the same Layout with numbers."""
    values = dict(zip("ABCD", draw(st.lists(st.sampled_from([3, 2, 5, 4, 1]), min_size=4, max_size=4)), strict=True))
    dims: list[Dim] = []
    for name, symbol in zip(("batch", "seq", "hidden", "layers"), draw(st.permutations("ABCD")), strict=True):
        size: Size = draw(st.sampled_from([Monomial(1, (symbol,)), Monomial(2, (symbol,)), Monomial(3, (symbol,)), 6, 2]))
        dims.append((whole(Axis(name), size),))
    dims = draw(st.permutations(dims))[: draw(st.sampled_from([3, 2, 4]))]
    if draw(st.booleans()):
        dims = [(*dims[0], *dims[1]), *dims[2:]]
    symbolic = Layout(tuple(dims))
    concrete = symbolic.bind(**values)
    return symbolic, values, source_of(concrete, {f.axis: f.total for d in concrete.dims for f in d})


@st.composite
def symbolic_shapes(draw: st.DrawFn, number: Size) -> tuple[Size, ...]:
    """Deal the symbols and prime factors of a size out to dims."""
    parts: list[list[Size]] = [[] for _ in range(draw(st.sampled_from([2, 3, 1])))]
    rest, symbols = (number, ()) if isinstance(number, int) else (number.coefficient, number.symbols)
    atoms: list[Size] = [Monomial(1, (s,)) for s in symbols]
    for prime in (2, 3):
        while rest % prime == 0:
            atoms.append(prime)
            rest //= prime
    for atom in atoms:
        parts[draw(st.integers(0, len(parts) - 1))].append(atom)
    return tuple(product(p) for p in parts)


SYMBOLIC_OPERATIONS = ("reshape", "permute", "reshape", "unflatten", "transpose", "flatten", "select", "unsqueeze")


@given(st.data())
def test_symbols_and_numbers_agree(data: st.DataObject) -> None:
    layout, values, source = data.draw(symbolic_sources())
    elements = source.elements
    for _ in range(5):
        n = layout.ndim
        kind = data.draw(st.sampled_from(SYMBOLIC_OPERATIONS))
        at, other = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
        if kind == "reshape":
            shape = data.draw(symbolic_shapes(layout.numel()))
            layout = layout.reshape(shape, allow_mixing=True)
            elements = elements.reshape([substitute(s, values) for s in shape])
        elif kind == "permute":
            order = data.draw(st.permutations(range(n)))
            layout, elements = layout.permute(order), elements.permute(order)
        elif kind == "unflatten":
            shape = tuple(f.size for f in layout.dims[at]) or (1,)
            layout, elements = layout.unflatten(at, shape), elements.unflatten(at, [substitute(s, values) for s in shape])
        elif kind == "transpose":
            layout, elements = layout.transpose(at, other), elements.transpose(at, other)
        elif kind == "flatten":
            layout, elements = layout.flatten(*sorted((at, other))), elements.flatten(*sorted((at, other)))
        elif kind == "unsqueeze":
            layout, elements = layout.unsqueeze(at), elements.unsqueeze(at)
        elif n > 1:
            index = data.draw(st.integers(-elements.shape[at], elements.shape[at] - 1))
            layout, elements = layout.select(at, index), elements.select(at, index)
        note(str(layout))
        check_claims(layout.bind(**values), elements, source)
        assert Layout.parse(str(layout)) == layout
    try:
        decided = layout.bind(tuple(elements.shape))
    except LayoutError:
        return
    # A symbol that no size holds any more, since its axis was taken apart, may still stand in a stride.
    assert decided.sizes == elements.shape
    assert decided.bind(**values) == layout.bind(**values)


# Two at once


def a_side(draw: st.DrawFn, source: Source) -> tuple[Layout, torch.Tensor]:
    """Draw a part of a source that still broadcasts with most other parts of it; some of its dims may be unknown."""
    layout, elements = source.layout, source.elements
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["transpose", "narrow", "copies", "unknown", "blank", "transpose"]))
        at = draw(st.integers(0, layout.ndim - 1))
        size = elements.shape[at]
        start = draw(st.integers(0, max(size - 1, 0)))
        if kind == "transpose":
            # Often of two equal sizes, so that another axis can meet this one.
            other = draw(st.sampled_from([elements.shape.index(size), start % layout.ndim]))
            layout, elements = layout.transpose(at, other), elements.transpose(at, other)
        elif kind == "unknown":
            layout = Layout((*layout.dims[:at], (whole(UNKNOWN, size),), *layout.dims[at + 1 :]))
        elif kind == "blank":
            layout, elements = layout.select(at, start).unsqueeze(at), elements.select(at, start).unsqueeze(at)
        else:
            layout, elements = layout.narrow(at, start, 1), elements.narrow(at, start, 1)
            if kind == "copies":
                wanted = [size if d == at else -1 for d in range(layout.ndim)]
                layout, elements = layout.expand(wanted), elements.expand(wanted)
    return layout, elements


@given(st.data())
def test_an_alignment_claims_what_one_side_knows_and_the_other_does_not_deny(data: st.DataObject) -> None:
    source = data.draw(sources())
    (a, of_a), (b, of_b) = a_side(data.draw, source), a_side(data.draw, source)
    try:
        of_a, of_b = torch.broadcast_tensors(of_a, of_b)
    except RuntimeError:
        with pytest.raises(LayoutError, match=r"^align: dim "):
            a.align(b)
        return
    try:
        aligned = a.align(b)
    except LayoutError:
        assert not torch.equal(of_a, of_b)
        return
    note(f"{a} with {b}: {aligned}")
    assert aligned.sizes == of_a.shape
    for at, dim in enumerate(aligned.dims):
        alone = Layout(tuple(d if i == at else (whole(UNKNOWN, s),) for i, (d, s) in enumerate(claimed(aligned))))
        true = [holds(alone, side, source) for side in (of_a, of_b)]
        assert any(true)
        # Where both sides have sizes of their own, what is said of copies must be true of both.
        assert all(true) or COPIES not in [f.axis for f in dim]


def claimed(layout: Layout) -> Iterator[tuple[Dim, int]]:
    return zip(layout.dims, layout.sizes, strict=True)


def holds(layout: Layout, elements: torch.Tensor, source: Source) -> bool:
    try:
        check_claims(layout, elements, source)
    except AssertionError:
        return False
    return True


# What the interleaving error says


@given(st.data())
def test_every_sentence_of_the_interleaving_error_is_true(data: st.DataObject) -> None:
    source = data.draw(sources(smallest=2, pieces=False))
    assume(Axis("batch") in source.totals)
    # What people write: any sizes, the old ones in another order, or one row for each sample.
    batch, count = source.totals[Axis("batch")], source.elements.numel()
    usual = [st.permutations(source.layout.sizes), st.just([batch, count // batch])]
    shape = tuple(data.draw(st.one_of(factorizations(count), *usual)))
    reshaped = source.elements.reshape(shape)
    samples = torch.from_numpy(source.coordinates[Axis("batch")])
    try:
        source.layout.reshape(shape)
    except LayoutError as refusal:
        text = str(refusal)
    else:
        return
    note(text)
    assert text.startswith(f"reshape({', '.join(map(str, shape))}) interleaves samples: no dim of the result is batch\n")
    for dim, size in enumerate(shape):
        held = samples[reshaped.movedim(dim, 0).reshape(size, -1)]
        assert not (held == held[:, :1]).all(), f"dim {dim} has one sample in each row"
    if held := re.search(r"row 0 holds samples 0 (?:and|to) (\d+)\n", text + "\n"):
        assert set(samples[reshaped[0]].flatten().tolist()) == set(range(int(held[1]) + 1))
    if repair := re.search(r"\n  instead  (\S.*)\n +(.*)", text):
        note(repair[0])
        mended, result = eval(f"elements.{repair[1]}", {"elements": source.elements}), Layout.parse(repair[2])
        assert mended.shape == shape
        check_claims(result, mended, source)
        assert (whole(Axis("batch"), batch),) in result.dims
