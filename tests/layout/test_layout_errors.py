"""Every error of a Layout's methods, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from rnnshape.errors import LayoutError, LayoutIndexError, LayoutSyntaxError, RNNShapeError
from rnnshape.layout.layout import Layout

L = Layout.parse
X = L("batch=6 seq=9 feature=4")
H_N = L("(layers=2 directions=2) batch=6 hidden=16")
SYMBOLIC = L("batch=B seq=T")
OF = "batch=6 seq=9 feature=4"
RANGE = f"is out of range: {OF} has 3 dims"
NOT_A_SIZE = "a size is an int, a symbol such as 'B' or a product such as '2*H'; got"
INDEXED = "a Layout is indexed with ints, slices, None and ..., got"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: X.permute(0, 1), f"permute(0, 1): name each of the 3 dims of {OF} once"),
        (lambda: X.permute([0, 0, 1]), f"permute(0, 0, 1): name each of the 3 dims of {OF} once"),
        (lambda: X.t(), f"t(): {OF} has 3 dims; use transpose(0, 1)"),
        (lambda: X.movedim((0, 1), 2), f"movedim((0, 1), 2): name as many dims of {OF} on both sides, each once"),
        (lambda: X.movedim((0, 0), (1, 2)), f"movedim((0, 0), (1, 2)): name as many dims of {OF} on both sides, each once"),
        (lambda: X.movedim((0, 1), (2, -1)), f"movedim((0, 1), (2, -1)): name as many dims of {OF} on both sides, each once"),
        (lambda: X.reshape(6, -1, -1), "reshape(6, -1, -1): only one size may be -1"),
        (lambda: X.reshape(5, -1), f"reshape(5, -1): {OF} has 216 elements, which cannot be dealt out to 5"),
        (lambda: X.reshape(0, -1), f"reshape(0, -1): {OF} has 216 elements, which cannot be dealt out to 0"),
        (lambda: L("batch=0").reshape(0, -1), "reshape(0, -1): batch=0 has 0 elements, which cannot be dealt out to 0"),
        (lambda: X.reshape(6, 9), f"reshape(6, 9): {OF} has 216 elements, which are not 54"),
        (lambda: SYMBOLIC.reshape("B", 9), "reshape(B, 9): batch=B seq=T has B*T elements, which are not 9*B"),
        (lambda: X.reshape(-2, 9), "a size is 0 or more, got -2"),
        (lambda: X.reshape(6.0, 36), f"{NOT_A_SIZE} 6.0"),
        (lambda: X.flatten(2, 1), "flatten(2, 1): the first dim comes after the last"),
        (lambda: X.unflatten(2, (3, -1)), "reshape(3, -1): feature=4 has 4 elements, which cannot be dealt out to 3"),
        (lambda: X.unflatten(2, ()), "unflatten(2, ()): give one size or more"),
        (
            lambda: X.merge_axes("seq", "batch"),
            f"merge_axes('seq', 'batch'): these are dims [1, 0] of {OF}; "
            "permute them to stand side by side in that order first",
        ),
        (
            lambda: H_N.merge_axes("layers", "directions"),
            "merge_axes('layers', 'directions'): these are dims [0, 0] of (layers=2 directions=2) batch=6 hidden=16; "
            "name axes of different dims",
        ),
        (lambda: X.merge_axes(), f"merge_axes(): these are dims [] of {OF}; name axes of different dims"),
        (lambda: X.merge_axes("vocab"), f"'vocab' stands in 0 dims of {OF}; one is needed"),
        (lambda: L("T=9 T=9").split_axes("T"), "'T' stands in 2 dims of seq=9 seq=9; one is needed"),
        (lambda: X.expand(9, 4), f"expand(9, 4): {OF} has 3 dims already"),
        (lambda: X.expand(7, 9, 4), f"expand(7, 9, 4): dim 0 of the result is 6 in {OF}; only 1 expands"),
        (lambda: L("batch=6").expand(-1, 6), "expand(-1, 6): dim 0 of the result is 1 in batch=6; only 1 expands"),
        (lambda: X[[0, 1]], f"{INDEXED} list: what other indices pick depends on values"),
        (lambda: X[True], f"{INDEXED} bool: what other indices pick depends on values"),
        (lambda: X[np.array([0, 1])], f"{INDEXED} ndarray: what other indices pick depends on values"),
        (lambda: X[:, torch.tensor([0, 1])], f"{INDEXED} Tensor: what other indices pick depends on values"),
        (lambda: X[::-1], "a slice steps forward, as torch demands; got step -1"),
        (lambda: X[::0], "a slice steps forward, as torch demands; got step 0"),
        (lambda: SYMBOLIC[:3], "slice: dim 0 of batch=B seq=T has no number for its size; use bind(B=...) first"),
        (lambda: SYMBOLIC.unbind(1), "unbind: dim 1 of batch=B seq=T has no number for its size; use bind(T=...) first"),
        (lambda: SYMBOLIC.narrow(0, 0, 1), "narrow: dim 0 of batch=B seq=T has no number for its size; use bind(B=...) first"),
        (lambda: SYMBOLIC.split(2), "split: dim 0 of batch=B seq=T has no number for its size; use bind(B=...) first"),
        (lambda: SYMBOLIC.chunk(2), "chunk: dim 0 of batch=B seq=T has no number for its size; use bind(B=...) first"),
        (lambda: X.split(0), "split(0): the size of a part is 1 or more"),
        (lambda: X.split([1, 2]), f"split([1, 2]): the parts have 3 elements, dim 0 of {OF} has 6"),
        (lambda: X.chunk(0), "chunk(0): the number of parts is 1 or more"),
        (lambda: Layout.cat([]), "cat: no parts were given"),
        (lambda: Layout.stack([]), "stack: no parts were given"),
        (lambda: Layout.cat([X, X[0]]), "cat: the parts have 3, 2 dims"),
        (lambda: Layout.stack([X, X[0]]), "stack: the parts have 3, 2 dims"),
        (lambda: Layout.cat([X, X[:, :3]]), "cat: dim 1 is 9, 3 in different parts"),
        (lambda: Layout.stack([X, X[:, :3]]), "stack: dim 1 is 9, 3 in different parts"),
        (lambda: Layout.cat([L("batch=B"), L("batch=2*B")]), "cat: the sum of B and 2*B is not a size; give numbers"),
        (lambda: X.align(L("seq=3 1")), f"align: dim 1 is 9 on one side and 3 on the other\n  {OF}\n  seq=3 1"),
        (
            lambda: X.align(L("hidden=4")),
            "align: dim 2 is feature on one side and hidden on the other; equal sizes do not make them one\n"
            f"  {OF}\n  hidden=4",
        ),
        (
            lambda: L("seq@encoder=9").align(L("(a=3 b=3)")),
            "align: dim 0 is seq@encoder on one side and a x b on the other; equal sizes do not make them one\n"
            "  seq@encoder=9\n  (a=3 b=3)",
        ),
        (lambda: X.bind((6, 9)), f"{OF} has 3 dims, the sizes (6, 9) are 2"),
        (lambda: X.bind((6, 9, 5)), f"dim 2 (feature) is 5, expected 4\n  expected  {OF}\n  got       (6, 9, 5)"),
        (
            lambda: L("batch=B batch=B 1").bind((6, 7, 1)),
            "dim 1 (batch) is 7, expected 6\n  expected  batch=6 batch=6 1\n  got       (6, 7, 1)",
        ),
        (
            lambda: L("batch=6 1").bind((6, 2)),
            "dim 1 (without a meaning) is 2, expected 1\n  expected  batch=6 1\n  got       (6, 2)",
        ),
        (
            lambda: L("(directions=2 hidden=H)").bind((33,)),
            "dim 0 (directions x hidden) is 33, expected 2*H\n  expected  (directions=2 hidden=H)\n  got       (33,)",
        ),
        (
            lambda: L("(directions=D hidden=H)").bind((32,)),
            "dim 0 (directions x hidden) is 32, which does not say how it is shared; give a size, as in directions=2",
        ),
        (lambda: X.rename(classes="vocab"), f"rename: there is no axis 'classes' in {OF}"),
        (lambda: Layout.of(("batch", -1)), "a size is 0 or more, got -1"),
        (lambda: Layout.of(("batch", 1.5)), f"{NOT_A_SIZE} 1.5"),
    ],
)
def test_errors(call: Callable[[], object], text: str) -> None:
    with pytest.raises(LayoutError) as err:
        call()
    assert str(err.value) == text
    assert type(err.value) is LayoutError


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: X.transpose(0, 3), f"dim 3 {RANGE}"),
        (lambda: X.permute(0, 1, -4), f"dim -4 {RANGE}"),
        (lambda: X.movedim(0, 3), f"dim 3 {RANGE}"),
        (lambda: X.flatten(3), f"dim 3 {RANGE}"),
        (lambda: X.unflatten(3, (2, 2)), f"dim 3 {RANGE}"),
        (lambda: X.squeeze((0, 3)), f"dim 3 {RANGE}"),
        (lambda: X.select(3, 0), f"dim 3 {RANGE}"),
        (lambda: X.split(2, 3), f"dim 3 {RANGE}"),
        (lambda: X.unbind(-4), f"dim -4 {RANGE}"),
        (lambda: X.is_mixed(3), f"dim 3 {RANGE}"),
        (lambda: Layout.cat([X, X], 3), f"dim 3 {RANGE}"),
        (lambda: L("").transpose(0, 0), "dim 0 is out of range: a scalar has 0 dims"),
        (lambda: list(L("")), "dim 0 is out of range: a scalar has 0 dims"),
        (lambda: L("hidden=4").mT, "dim -2 is out of range: hidden=4 has 1 dims"),
        (lambda: X.unsqueeze(4), f"unsqueeze(4): {OF} has 3 dims"),
        (lambda: X.unsqueeze(-5), f"unsqueeze(-5): {OF} has 3 dims"),
        (lambda: Layout.stack([X, X], 4), "stack(dim=4): the parts have 3 dims"),
        (lambda: X[6], f"index 6 is out of range for dim 0 (batch) of {OF}"),
        (lambda: X[:, -10], f"index -10 is out of range for dim 1 (seq) of {OF}"),
        (lambda: X.select(-1, 4), f"index 4 is out of range for dim 2 (feature) of {OF}"),
        (lambda: L("1")[1], "index 1 is out of range for dim 0 (without a meaning) of 1"),
        (lambda: X[0, 0, 0, 0], f"4 indices for the 3 dims of {OF}"),
        (lambda: X[..., 0, ...], "2 times ... in one index; it can stand for dims only once"),
        (lambda: X.narrow(1, 5, 5), f"narrow(1, 5, 5): dim 1 of {OF} has 9 elements"),
        (lambda: X.narrow(1, -10, 1), f"narrow(1, -10, 1): dim 1 of {OF} has 9 elements"),
        (lambda: X.narrow(1, 5, -1), f"narrow(1, 5, -1): dim 1 of {OF} has 9 elements"),
    ],
)
def test_index_errors(call: Callable[[], object], text: str) -> None:
    with pytest.raises(LayoutIndexError) as err:
        call()
    assert str(err.value) == text


def test_the_errors_are_what_python_and_torch_raise_for_the_same() -> None:
    assert issubclass(LayoutError, (RNNShapeError, ValueError))
    assert issubclass(LayoutIndexError, IndexError)
    assert issubclass(LayoutIndexError, LayoutError)
    assert issubclass(LayoutSyntaxError, LayoutError)


MOST = "9223372036854775807"
SIZE = f"a size is at most {MOST}, as torch holds it in 64 bits; got"
ELEMENTS = f"a tensor has at most {MOST} elements, as torch counts them in 64 bits; these sizes give more"


def read(reason: str, text: str, at: int) -> str:
    return f"cannot read this layout: {reason}\n  {text}\n  {' ' * at}^"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: L("batch=" + "9" * 30), read(f"{SIZE} {'9' * 30}", "batch=" + "9" * 30, 6)),
        (lambda: L("9" * 30), read(f"{SIZE} {'9' * 30}", "9" * 30, 0)),
        (lambda: L("9" * 5000), read(f"{SIZE} a number of 5,000 digits", "9" * 200 + "...", 0)),
        (lambda: L("b=" + "9" * 5000 + "*B"), read(f"{SIZE} a number of 5,000 digits", "b=" + "9" * 198 + "...", 2)),
        (
            lambda: L("seq=9 " * 50 + "9" * 30),
            read(f"{SIZE} {'9' * 30}", "..." + ("seq=9 " * 50)[-100:] + "9" * 30, 103),
        ),
        (lambda: L(f"seq[0:3/{'9' * 30}]=3"), read(f"{SIZE} {'9' * 30}", f"seq[0:3/{'9' * 30}]=3", 8)),
        (lambda: L(f"seq//{'9' * 30}=3"), read(f"{SIZE} {'9' * 30}", f"seq//{'9' * 30}=3", 5)),
        (lambda: L(f"seq//{2**62}=2"), read(ELEMENTS, f"seq//{2**62}=2", 3)),
        (lambda: L(f"{{a={2**62} b=2}}=2"), read(ELEMENTS, f"{{a={2**62} b=2}}=2", 0)),
        (lambda: L(f"a={2**40} b={2**30}"), ELEMENTS),
        (lambda: Layout.of(("a", 2**40), ("b", 2**30)), ELEMENTS),
        (lambda: L("batch").bind(batch=10**5000), f"bind(batch=...): {SIZE} a number of 5,001 digits"),
        (lambda: L(f"a={2**40} B").bind(B=2**30), ELEMENTS),
        (
            lambda: L("batch").bind(batch=True),
            "bind(batch=...): a size is an int, a symbol such as 'B' or a product such as '2*H'; got True",
        ),
        (lambda: X.reshape(10**5000, -1), f"{SIZE} a number of 5,001 digits"),
        (lambda: X.reshape(*[10**18] * 400), ELEMENTS),
        (lambda: L("a=6").unflatten(0, (2**62, 2)), ELEMENTS),
        (lambda: L("1 a=6").expand(2**62, 6), ELEMENTS),
    ],
)
def test_sizes_that_no_tensor_has(call: Callable[[], object], text: str) -> None:
    with pytest.raises(LayoutError) as err:
        call()
    assert str(err.value) == text


@pytest.mark.parametrize("three", [np.int64(3), np.array(3), torch.tensor(3)])
def test_an_int_of_numpy_or_torch_is_a_size(three: Any) -> None:
    assert str(L("batch").bind(batch=three)) == "batch=3"
    assert str(L("batch").bind((three,))) == "batch=3"
    assert str(Layout.of(("batch", three))) == "batch=3"
    assert str(L("a=9").unflatten(0, (three, -1), allow_mixing=True)) == str(L("a=9").unflatten(0, (3, -1), allow_mixing=True))
    assert str(L("1 a=9").expand(three, 9)) == "copies=3 a=9"
    assert str(L("batch=6 a=9")[three]) == "a=9"
