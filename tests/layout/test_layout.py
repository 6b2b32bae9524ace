from __future__ import annotations

import numpy as np
import pytest
import torch

from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, role_of, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import parse_size

L = Layout.parse
X = L("batch=6 seq=9 feature=4")
H_N = L("(layers=2 directions=2) batch=6 hidden=16")
SYMBOLIC = L("batch=B seq=T")


# What it is


def test_sizes_are_ints_or_monomials() -> None:
    assert X.sizes == (6, 9, 4)
    assert H_N.sizes == (4, 6, 16)
    assert L("batch=B (directions=2 hidden=H) 1").sizes == (parse_size("B"), parse_size("2*H"), 1)
    assert L("").sizes == ()


def test_ndim_and_numel() -> None:
    assert (X.ndim, X.numel()) == (3, 216)
    assert (L("").ndim, L("").numel()) == (0, 1)
    assert SYMBOLIC.numel() == parse_size("B*T")
    assert L("batch=0 seq=T").numel() == 0


def test_names_are_the_words_of_each_dim() -> None:
    assert H_N.names == ("layers*directions", "batch", "hidden")
    assert L("1 ?=3 {seq=9 batch=6}//9=6").names == ("1", "?", "seq*batch")


def test_axes_are_all_that_are_known_once() -> None:
    layout = L("{seq=9 batch=6}//9=6 {seq=9 batch=6}%9/54=9 ?=2 copies=3 seq@decoder=9")
    assert layout.axes == (Axis("seq"), Axis("batch"), Axis("seq", "decoder"))


def test_is_mixed_tells_blocks_from_products() -> None:
    layout = L("{seq=9 batch=6}//9=6 (seq=9 hidden=2) batch//2=3")
    assert [layout.is_mixed(d) for d in range(3)] == [True, False, False]
    assert layout.is_mixed(-3)


def test_layouts_compare_and_hash_by_value() -> None:
    assert L("N T") == L("batch=N seq=T")
    assert len({L("batch=6"), L("N=6"), L("batch=7"), L("batch@x=6")}) == 3


def test_repr_evaluates_to_the_same() -> None:
    assert repr(L("batch=6 hidden=2*H")) == "Layout('batch=6 hidden=2*H')"
    for text in ("", "batch=6", "(layers=2 directions=2) batch=6 hidden=16", "?=3 batch=B (seq=T feature=4)", "vocab=9"):
        assert eval(repr(L(text)), {"Layout": Layout}) == L(text) == Layout(text)
    assert repr(L("batch=6")) == "Layout('batch=6')"
    assert repr(L("")) == "Layout('')"


# Building


def test_parse_returns_a_layout_as_it_is() -> None:
    assert L(X) is X


def test_of_takes_pairs_and_lists_of_pairs() -> None:
    built = Layout.of(("T", 9), (Axis("seq", "decoder"), "L"), [("layers", 2), ("hidden", "2*H")], [])
    assert built == L("seq=9 seq@decoder=L (layers=2 hidden=2*H) 1")


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("N", "batch"),
        ("bs", "batch"),
        ("T", "seq"),
        ("H_in", "feature"),
        ("H", "hidden"),
        ("D", "directions"),
        ("vocab", "vocab"),
    ],
)
def test_role_of(word: str, role: str) -> None:
    assert role_of(word) == role


# Sizes and names


@pytest.mark.parametrize(
    ("text", "sizes", "symbols", "bound"),
    [
        ("batch seq feature=4", (6, 9, 4), {}, "batch=6 seq=9 feature=4"),
        ("batch=B seq=T", None, {"B": 6}, "batch=6 seq=T"),
        ("(directions=2 hidden=H)", (32,), {}, "(directions=2 hidden=16)"),
        ("(batch=B seq=T) seq=T", (54, 9), {}, "(batch=6 seq=9) seq=9"),
        ("(batch=B seq=T)", (54,), {"T": 9}, "(batch=6 seq=9)"),
        ("{batch=B seq=4}//4=B", (6,), {}, "{batch=6 seq=4}//4=6"),
        ("batch=B", (0,), {}, "batch=0"),
        ("batch=6", (6,), {}, "batch=6"),
    ],
)
def test_bind(text: str, sizes: tuple[int, ...] | None, symbols: dict[str, int], bound: str) -> None:
    assert str(L(text).bind(sizes, **symbols)) == bound


def test_bind_takes_the_shape_of_a_tensor_or_an_array() -> None:
    assert SYMBOLIC.bind(torch.zeros(6, 9).shape) == SYMBOLIC.bind(np.zeros((6, 9)).shape) == L("batch=6 seq=9")


def test_rename() -> None:
    assert str(L("batch=6 {feature=9 batch=6}//9=6").rename(feature="vocab")) == "batch=6 {vocab=9 batch=6}//9=6"
    assert str(L("seq@decoder[1:3/9]=2").rename(seq="word")) == "word@decoder[1:3/9]=2"


# Order


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (X.permute(2, 0, 1), "feature=4 batch=6 seq=9"),
        (X.permute([2, 0, -2]), "feature=4 batch=6 seq=9"),
        (X.transpose(0, 1), "seq=9 batch=6 feature=4"),
        (X.transpose(-1, 0), "feature=4 seq=9 batch=6"),
        (X.transpose(1, 1), "batch=6 seq=9 feature=4"),
        (X.movedim(0, -1), "seq=9 feature=4 batch=6"),
        (X.movedim((0, 1), (2, 0)), "seq=9 feature=4 batch=6"),
        (L("batch=6 hidden=4").t(), "hidden=4 batch=6"),
        (L("hidden=4").t(), "hidden=4"),
        (X.T, "feature=4 seq=9 batch=6"),
        (X.mT, "batch=6 feature=4 seq=9"),
    ],
)
def test_order(result: Layout, text: str) -> None:
    assert str(result) == text


# Grouping; tests/layout/test_interleaving.py and the oracles say more about reshape


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (X.reshape(54, 4), "(batch=6 seq=9) feature=4"),
        (X.reshape((54, -1)), "(batch=6 seq=9) feature=4"),
        (X.reshape([-1]), "(batch=6 seq=9 feature=4)"),
        (X.reshape(torch.zeros(6, 36).shape), "batch=6 (seq=9 feature=4)"),
        (X.view(6, 36), "batch=6 (seq=9 feature=4)"),
        (X.view(9, 6, 4, allow_mixing=True), "{batch=6 seq=9}//6=9 {batch=6 seq=9}%6/54=6 feature=4"),
        (SYMBOLIC.reshape("B*T"), "(batch=B seq=T)"),
        (SYMBOLIC.reshape("B", -1, 1), "batch=B seq=T 1"),
        (L("hidden=2*H").reshape(2, "H"), "hidden//H=2 hidden%H/2*H=H"),
        (L("?=6 copies=4").reshape(3, 8), "?=3 (?=2 copies=4)"),
        (L("?=6 copies=4").reshape(8, 3), "?=8 ?=3"),
        (L("batch=1").reshape(()), ""),
        (L("").reshape(1, 1), "1 1"),
        # a factor of size 1 goes to a dim of size 1 where there is one for it
        (L("layers=1 directions=1 batch=6").reshape(1, 1, 6), "layers=1 directions=1 batch=6"),
        (L("(layers=1 directions=1) batch=6").reshape(1, 1, 6), "layers=1 directions=1 batch=6"),
        (L("layers=1 directions=1 batch=6").reshape(1, 6), "(layers=1 directions=1) batch=6"),
        (L("batch=6 (layers=1 directions=1)").reshape(6, 1), "batch=6 (layers=1 directions=1)"),
        (L("seq=9 batch=1 feature=4").reshape(9, 1, 4), "seq=9 batch=1 feature=4"),
        (L("batch=1 seq=9 feature=4").reshape(1, 36), "batch=1 (seq=9 feature=4)"),
        (L("seq=9 batch=1 feature=4").reshape(9, 4), "seq=9 (batch=1 feature=4)"),
        (X.flatten(), "(batch=6 seq=9 feature=4)"),
        (X.flatten(1), "batch=6 (seq=9 feature=4)"),
        (X.flatten(0, -2), "(batch=6 seq=9) feature=4"),
        (L("seq//3=3 seq%3/9=3").flatten(), "seq=9"),
        (L("").flatten(), "1"),
        (X.unflatten(1, (3, 3)), "batch=6 seq//3=3 seq%3/9=3 feature=4"),
        (X.unflatten(-1, [2, -1]), "batch=6 seq=9 feature//2=2 feature%2/4=2"),
        (H_N.unflatten(0, (2, 2)), "layers=2 directions=2 batch=6 hidden=16"),
        (L("layers=2 directions=2 batch=6").merge_axes("layers", "directions"), "(layers=2 directions=2) batch=6"),
        (X.merge_axes("time", "F"), "batch=6 (seq=9 feature=4)"),
        (H_N.split_axes("layers"), "layers=2 directions=2 batch=6 hidden=16"),
        (H_N.split_axes("num_directions", "N"), "layers=2 directions=2 batch=6 hidden=16"),
        (L("(layers=2 directions=2) 1 (seq=9 hidden=4)").split_axes(), "layers=2 directions=2 1 seq=9 hidden=4"),
        (L("(layers=2 channels=3) feature=4").split_axes("channels"), "layers=2 'channels'=3 feature=4"),
    ],
)
def test_grouping(result: Layout, text: str) -> None:
    assert str(result) == text


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (L("layers=1 batch=6 1").squeeze(), "batch=6"),
        (L("layers=1 batch=6 1").squeeze(0), "batch=6 1"),
        (L("layers=1 batch=6 1").squeeze(1), "layers=1 batch=6 1"),
        (L("layers=1 batch=6 1").squeeze((0, -1)), "batch=6"),
        (L("layers=1 batch=6 1").squeeze((0, 1)), "batch=6 1"),
        (L("batch=6").unsqueeze(0), "1 batch=6"),
        (L("batch=6").unsqueeze(-1), "batch=6 1"),
        (L("batch=6 1").expand(6, 3), "batch=6 copies=3"),
        (L("batch=6 1").expand((2, -1, "K")), "copies=2 batch=6 copies=K"),
        (L("batch=1 seq=9").expand(6, 9), "copies=6 seq=9"),
        (L("").expand(3), "copies=3"),
    ],
)
def test_dims_of_size_one(result: Layout, text: str) -> None:
    assert str(result) == text


# Parts


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (X[0], "seq=9 feature=4"),
        (X[-6, -9, -4], ""),
        (X[:, -1], "batch=6 feature=4"),
        (X[..., 0], "batch=6 seq=9"),
        (X[None, :, None], "1 batch=6 1 seq=9 feature=4"),
        (X[0, ..., None], "seq=9 feature=4 1"),
        (X[...], "batch=6 seq=9 feature=4"),
        (X[:], "batch=6 seq=9 feature=4"),
        (X[:, 0:9:1], "batch=6 seq=9 feature=4"),
        (X[:, 2:5], "batch=6 seq[2:5/9]=3 feature=4"),
        (X[:, ::2], "batch=6 seq[0:9:2/9]=5 feature=4"),
        (X[:, 2:][:, ::3], "batch=6 seq[2:9:3/9]=3 feature=4"),
        (X[:, -3:100], "batch=6 seq[6:9/9]=3 feature=4"),
        (X[:, 5:2], "batch=6 seq[5:5/9]=0 feature=4"),
        (X[:, 3:4], "batch=6 seq[3/9]=1 feature=4"),
        (SYMBOLIC[:, 0], "batch=B"),
        (SYMBOLIC[:, :], "batch=B seq=T"),
        # slices that respect the factors of a dim, and some that do not
        (L("(directions=2 hidden=16)")[:16], "(directions[0/2]=1 hidden=16)"),
        (L("(directions=2 hidden=16)")[16:], "(directions[1/2]=1 hidden=16)"),
        (L("(directions=2 hidden=16)")[20:24], "hidden[4:8/16]=4"),
        (L("(layers=3 directions=2)")[::2], "layers=3"),
        (L("(layers=3 directions=2)")[1::2], "layers=3"),
        (L("(layers=3 hidden=6)")[::2], "(layers=3 hidden[0:5:2/6]=3)"),
        (L("(layers=4 hidden=6)")[6:18:3], "(layers[1:3/4]=2 hidden[0:4:3/6]=2)"),
        (L("(directions=2 hidden=16)")[8:24], "?=16"),
        (L("batch//2=3")[1:], "?=2"),
        (L("copies=3")[1:], "copies=2"),
        (X.select(1, -1), "batch=6 feature=4"),
        (X.narrow(1, -2, 2), "batch=6 seq[7:9/9]=2 feature=4"),
        (X.narrow(1, 9, 0), "batch=6 seq[9:9/9]=0 feature=4"),
    ],
)
def test_parts(result: Layout, text: str) -> None:
    assert str(result) == text


@pytest.mark.parametrize(
    ("results", "texts"),
    [
        (L("seq=9").split(4), ["seq[0:4/9]=4", "seq[4:8/9]=4", "seq[8/9]=1"]),
        (L("batch=6 seq=9").split([2, 7], 1), ["batch=6 seq[0:2/9]=2", "batch=6 seq[2:9/9]=7"]),
        (L("seq=9").split(20), ["seq=9"]),
        (L("seq=2").split(1), ["seq[0/2]=1", "seq[1/2]=1"]),
        (L("seq=0").split(2), ["seq=0"]),
        (L("seq=9").chunk(4), ["seq[0:3/9]=3", "seq[3:6/9]=3", "seq[6:9/9]=3"]),
        (L("(directions=2 hidden=4)").chunk(2), ["(directions[0/2]=1 hidden=4)", "(directions[1/2]=1 hidden=4)"]),
        (L("seq=0").chunk(3), ["seq=0", "seq=0", "seq=0"]),
        (L("batch=6 seq=2").unbind(-1), ["batch=6", "batch=6"]),
        (list(L("seq=2 batch=6")), ["batch=6", "batch=6"]),
        (L("seq=0").unbind(), []),
    ],
)
def test_several_parts(results: list[Layout], texts: list[str]) -> None:
    assert [str(r) for r in results] == texts


# Several Layouts


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (Layout.cat([X[:, :3], X[:, 3:]], 1), "batch=6 seq=9 feature=4"),
        (Layout.cat([X[:, :3], X[:, 3:5]], -2), "batch=6 seq[0:5/9]=5 feature=4"),
        (Layout.cat([X[:, t : t + 1] for t in range(9)], 1), "batch=6 seq=9 feature=4"),
        (Layout.cat([X[:, t : t + 1] for t in range(0, 9, 2)], 1), "batch=6 seq[0:9:2/9]=5 feature=4"),
        (Layout.cat([X[:, 3:], X[:, :3]], 1), "batch=6 ?=9 feature=4"),
        (Layout.cat([X[:, 0:3:2], X[:, 4:8:3]], 1), "batch=6 ?=4 feature=4"),
        (Layout.cat([X, X[:, :3]], 1), "batch=6 ?=12 feature=4"),
        (Layout.cat([X]), "batch=6 seq=9 feature=4"),
        (Layout.cat([L("batch=6 hidden=4")] * 2, 1), "batch=6 (?=2 hidden=4)"),
        (Layout.cat([L("batch=6 hidden=H")] * 2, 1), "batch=6 (?=2 hidden=H)"),
        (Layout.cat([L("batch=6 hidden=4"), L("word=6 hidden=4")], 1), "?=6 (?=2 hidden=4)"),
        (Layout.stack([L("batch=6 hidden=4")] * 2), "?=2 batch=6 hidden=4"),
        (Layout.stack([L("batch=6 hidden=4")] * 2, -1, name="D"), "batch=6 hidden=4 directions=2"),
        (Layout.stack([L("batch=6 hidden=4"), L("batch=6 feature=4")], 1), "batch=6 ?=2 ?=4"),
    ],
)
def test_joining(result: Layout, text: str) -> None:
    assert str(result) == text


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        ("batch=6 seq=9 feature=4", "feature=4", "batch=6 seq=9 feature=4"),
        ("feature=4", "batch=6 seq=9 feature=4", "batch=6 seq=9 feature=4"),
        ("batch=6 1", "hidden=16", "batch=6 hidden=16"),
        ("1 hidden=16", "batch=6 1", "batch=6 hidden=16"),
        ("batch=B 1", "1 hidden=H", "batch=B hidden=H"),
        ("batch=6 ?=4", "batch=6 hidden=4", "batch=6 hidden=4"),
        ("batch=6 copies=4", "batch=6 hidden=4", "batch=6 hidden=4"),
        ("batch=6 copies=4", "batch=6 copies=4", "batch=6 copies=4"),
        ("", "batch=6", "batch=6"),
        # along an unknown dim anything may vary, so copies beside it are copies no more
        ("copies=6", "?=6", "?=6"),
        ("?=6", "copies=6", "?=6"),
        ("(batch=3 copies=2)", "?=6", "(batch=3 ?=2)"),
        ("(batch=3 copies=2)", "copies=6", "(batch=3 copies=2)"),
        # a whole axis of size 1 says nothing, and is no other axis
        ("(layers=1 directions=2) batch=6", "directions=2 batch=6", "(layers=1 directions=2) batch=6"),
        ("batch=1 hidden=4", "seq=1 hidden=4", "batch=1 hidden=4"),
        ("1 hidden=4", "batch=1 hidden=4", "batch=1 hidden=4"),
        # two different steps of one sequence: the result is neither
        ("seq[2/9]=1 batch=6", "seq[3/9]=1 batch=6", "1 batch=6"),
        ("seq[2/9]=1 batch=6", "1 batch=6", "seq[2/9]=1 batch=6"),
    ],
)
def test_align(one: str, other: str, text: str) -> None:
    assert str(L(one).align(L(other))) == text


def test_the_dims_without_claims_are_written_and_read_as_such() -> None:
    assert Layout(((whole(UNKNOWN, 6),), (whole(COPIES, 3),))) == L("?=6 copies=3")
