from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from rnnshape.errors import LayoutError
from rnnshape.layout.interleaving import repair
from rnnshape.layout.layout import Layout

X = "batch=6 seq=9 feature=4"


@pytest.mark.parametrize(
    ("text", "sizes", "result"),
    [
        # time-distributed layers and back, either way round
        (X, (54, 4), "(batch=6 seq=9) feature=4"),
        ("(batch=6 seq=9) feature=4", (6, 9, 4), X),
        ("seq=9 batch=6 feature=4", (-1, 4), "(seq=9 batch=6) feature=4"),
        ("(seq=9 batch=6) feature=4", (9, -1, 4), "seq=9 batch=6 feature=4"),
        ("batch=N seq=T feature=F", ("N*T", "F"), "(batch=N seq=T) feature=F"),
        ("(seq=T batch=N) hidden=2*H", ("T", "N", 2, "H"), "seq=T batch=N hidden//H=2 hidden%H/2*H=H"),
        # frames stacked
        ("batch=6 seq=8 feature=4", (6, 4, 8), "batch=6 seq//2=4 (seq%2/8=2 feature=4)"),
        ("seq=8 batch=6 feature=4", (4, 2, 6, 4), "seq//2=4 seq%2/8=2 batch=6 feature=4"),
        # heads
        ("batch=6 seq=9 hidden=32", (6, 9, 4, 8), "batch=6 seq=9 hidden//8=4 hidden%8/32=8"),
        ("batch=6 (heads=2 d=4) seq=9", (12, 4, 9), "(batch=6 heads=2) d=4 seq=9"),
        # directions told apart
        ("seq=9 batch=6 (directions=2 hidden=16)", (9, 6, 2, 16), "seq=9 batch=6 directions=2 hidden=16"),
        ("(layers=2 directions=2) batch=6 hidden=16", (2, 2, 6, 16), "layers=2 directions=2 batch=6 hidden=16"),
        # a batch cut for its own sake
        (X, (2, 3, 9, 4), "batch//3=2 batch%3/6=3 seq=9 feature=4"),
        (X, (2, 27, 4), "batch//3=2 (batch%3/6=3 seq=9) feature=4"),
        ("batch=6 hidden=4", (3, 8), "batch//2=3 (batch%2/6=2 hidden=4)"),
        ("batch=2*N seq=T", (2, "N", "T"), "batch//N=2 batch%N/2*N=N seq=T"),
        # ... also where the sizes happen to be the old ones in another order
        ("batch=6 seq=2 feature=3", (2, 3, 6), "batch//3=2 batch%3/6=3 (seq=2 feature=3)"),
        # beams
        ("batch=6 beam=3 vocab=5", (18, 5), "(batch=6 beam=3) vocab=5"),
        ("(batch=6 beam=3) vocab=5", (6, 15), "batch=6 (beam=3 vocab=5)"),
        # as unsqueeze and squeeze do
        (X, (6, 1, 9, 4), "batch=6 1 seq=9 feature=4"),
        (X, (1, 6, 9, 4, 1), "1 batch=6 seq=9 feature=4 1"),
        ("batch=6 1 feature=4", (6, 4), "batch=6 feature=4"),
        # all of it in one
        (X, (-1,), "(batch=6 seq=9 feature=4)"),
        (X, (6, -1), "batch=6 (seq=9 feature=4)"),
        # equal sizes
        ("batch=6 seq=6 feature=4", (6, 6, 4), "batch=6 seq=6 feature=4"),
        ("batch=6 seq=6 feature=4", (36, 4), "(batch=6 seq=6) feature=4"),
        ("(seq=6 batch=6) feature=4", (6, 6, 4), "seq=6 batch=6 feature=4"),
        # sizes 1 and 0
        ("batch=1 seq=9 feature=4", (9, 1, 4), "(batch=1 seq=9) 1 feature=4"),
        ("seq=9 batch=1 feature=4", (4, 9), "{seq=9 batch=1 feature=4}//9=4 {seq=9 batch=1 feature=4}%9/36=9"),
        ("batch=6 seq=1 feature=4", (1, 6, 4), "1 batch=6 (seq=1 feature=4)"),
        ("batch=0 seq=9 feature=4", (0, 36), "batch=0 (seq=9 feature=4)"),
        ("batch=0 seq=9 feature=4", (9, 0, 4), "?=9 ?=0 ?=4"),
        ("batch=6 seq=0 feature=4", (0, 4), "seq=0 feature=4"),
        # each row a part of one sample, though it ends where no feature does
        (X, (12, 18), "{batch=6 seq=9 feature=4}//18=12 {batch=6 seq=9 feature=4}%18/216=18"),
        ("seq=2 batch=3 (a=6 b=6)", (2, 12, 9), "seq=2 {batch=3 a=6 b=6}//9=12 {batch=3 a=6 b=6}%9/108=9"),
        ("seq=2 batch=3 (a=6 b=6)", (24, 9), "{seq=2 batch=3 a=6 b=6}//9=24 {seq=2 batch=3 a=6 b=6}%9/216=9"),
        # no batch at all
        ("seq=9 feature=4", (4, 9), "{seq=9 feature=4}//9=4 {seq=9 feature=4}%9/36=9"),
        # a batch that was mixed before is not this reshape's doing
        ("{batch=6 seq=9}%6/54=6 feature=4", (12, 2), "({batch=6 seq=9}%6/54=6 feature//2=2) feature%2/4=2"),
    ],
)
def test_reshapes_that_are_meant(text: str, sizes: tuple[int | str, ...], result: str) -> None:
    reshaped = Layout.parse(text).reshape(sizes)
    assert str(reshaped) == result
    assert Layout.parse(text).reshape(sizes, allow_mixing=True) == reshaped


def error_of(text: str, *sizes: int | str) -> str:
    with pytest.raises(LayoutError) as err:
        Layout.parse(text).reshape(*sizes)
    return str(err.value)


def test_a_state_made_rows_of_samples_without_transposing() -> None:
    assert (
        error_of("(layers=2 directions=2) batch=6 hidden=16", 6, -1)
        == """\
reshape(6, -1) interleaves samples: no dim of the result is batch
  from     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)
  to       mixed=6 (mixed=4 hidden=16)                (6, 64)
           mixed is layers=2 x directions=2 x batch=6, cut where they do not divide
           row 0 holds samples 0 to 3
  instead  transpose(0, 1).flatten(1)
           batch=6 (layers=2 directions=2 hidden=16)"""
    )


def test_a_batch_cut_across_dims_that_hold_something_else_too() -> None:
    assert (
        error_of("layers=2 batch=4 hidden=3", 4, 6)
        == """\
reshape(4, 6) interleaves samples: no dim of the result is batch
  from     layers=2 batch=4 hidden=3                     (2, 4, 3)
  to       (layers=2 batch//2=2) (batch%2/4=2 hidden=3)  (4, 6)
           row 0 holds samples 0 and 1
  instead  transpose(0, 1).flatten(1)
           batch=4 (layers=2 hidden=3)"""
    )


def test_a_view_meant_as_a_transpose() -> None:
    assert (
        error_of("batch=6 seq=9 feature=4", 9, 6, 4)
        == """\
reshape(9, 6, 4) interleaves samples: no dim of the result is batch
  from     batch=6 seq=9 feature=4    (6, 9, 4)
  to       mixed=9 mixed=6 feature=4  (9, 6, 4)
           mixed is batch=6 x seq=9, cut where they do not divide
  instead  transpose(0, 1)
           seq=9 batch=6 feature=4"""
    )


def test_a_view_meant_as_a_transpose_where_it_cuts_evenly() -> None:
    assert (
        error_of("batch=4 seq=2 feature=2", 2, 4, 2)
        == """\
reshape(2, 4, 2) interleaves samples: no dim of the result is batch
  from     batch=4 seq=2 feature=2                   (4, 2, 2)
  to       batch//2=2 (batch%2/4=2 seq=2) feature=2  (2, 4, 2)
           row 0 holds samples 0 and 1
  instead  transpose(0, 1)
           seq=2 batch=4 feature=2"""
    )


def test_symbols_say_nothing_about_a_row() -> None:
    assert (
        error_of("batch=N seq=T feature=4", "T", "N", 4)
        == """\
reshape(T, N, 4) interleaves samples: no dim of the result is batch
  from     batch=N seq=T feature=4    (N, T, 4)
  to       mixed=T mixed=N feature=4  (T, N, 4)
           mixed is batch=N x seq=T, cut where they do not divide
  instead  transpose(0, 1)
           seq=T batch=N feature=4"""
    )


def test_a_row_of_symbolic_size_says_nothing_about_samples() -> None:
    assert (
        error_of("layers=L batch=6 hidden=4", 6, "4*L")
        == """\
reshape(6, 4*L) interleaves samples: no dim of the result is batch
  from     layers=L batch=6 hidden=4   (L, 6, 4)
  to       mixed=6 (mixed=L hidden=4)  (6, 4*L)
           mixed is layers=L x batch=6, cut where they do not divide
  instead  transpose(0, 1).flatten(1)
           batch=6 (layers=L hidden=4)"""
    )


def test_of_two_batches_the_one_of_one_sample_does_not_count() -> None:
    assert (
        error_of("layers=2 batch@a=1 batch@b=4 hidden=3", 4, 6)
        == """\
reshape(4, 6) interleaves samples: no dim of the result is batch
  from     layers=2 batch@a=1 batch@b=4 hidden=3                       (2, 1, 4, 3)
  to       (layers=2 batch@a=1 batch@b//2=2) (batch@b%2/4=2 hidden=3)  (4, 6)
           row 0 holds samples 0 and 1
  instead  permute(2, 0, 1, 3).flatten(1)
           batch@b=4 (layers=2 batch@a=1 hidden=3)"""
    )


def test_a_suggestion_leaves_the_order_of_the_other_dims() -> None:
    assert (
        error_of("layers=2 directions=2 batch=6 hidden=5", 6, 20)
        == """\
reshape(6, 20) interleaves samples: no dim of the result is batch
  from     layers=2 directions=2 batch=6 hidden=5  (2, 2, 6, 5)
  to       mixed=6 (mixed=4 hidden=5)              (6, 20)
           mixed is layers=2 x directions=2 x batch=6, cut where they do not divide
           row 0 holds samples 0 to 3
  instead  permute(2, 0, 1, 3).flatten(1)
           batch=6 (layers=2 directions=2 hidden=5)"""
    )


def test_a_suggestion_reverses_the_other_dims_where_only_that_mixes_nothing() -> None:
    assert (
        error_of("batch=2 seq=3 feature=5", 5, 3, 2)
        == """\
reshape(5, 3, 2) interleaves samples: no dim of the result is batch
  from     batch=2 seq=3 feature=5  (2, 3, 5)
  to       mixed=5 mixed=3 mixed=2  (5, 3, 2)
           mixed is batch=2 x seq=3 x feature=5, cut where they do not divide
  instead  transpose(0, 2)
           feature=5 seq=3 batch=2"""
    )


def test_nothing_is_suggested_where_nothing_mends_it() -> None:
    assert (
        error_of("batch=6 seq=4 feature=4", 8, 3, 4)
        == """\
reshape(8, 3, 4) interleaves samples: no dim of the result is batch
  from     batch=6 seq=4 feature=4    (6, 4, 4)
  to       mixed=8 mixed=3 feature=4  (8, 3, 4)
           mixed is batch=6 x seq=4, cut where they do not divide"""
    )


# A dim of several axes, read in another order than theirs


def refusal(call: Callable[[], Layout]) -> str:
    with pytest.raises(LayoutError) as err:
        call()
    return str(err.value)


def test_layers_and_directions_read_the_other_way_round() -> None:
    h_n = Layout.parse("(layers=3 directions=2) batch=6 hidden=16")
    assert refusal(lambda: h_n.unflatten(0, (2, 3))) == (
        "unflatten(0, (2, 3)) cuts across axes: dim 0 is (layers=3 directions=2), in this order\n"
        "  from     (layers=3 directions=2) batch=6 hidden=16  (6, 6, 16)\n"
        "  to       mixed=2 mixed=3 batch=6 hidden=16          (2, 3, 6, 16)\n"
        "           mixed is layers=3 x directions=2, cut where they do not divide\n"
        "  instead  unflatten(0, (3, 2))\n"
        "           layers=3 directions=2 batch=6 hidden=16"
    )
    assert str(h_n.unflatten(0, (3, 2))) == "layers=3 directions=2 batch=6 hidden=16"
    rows = torch.tensor([[layer, way] for layer in range(3) for way in range(2)])
    assert rows.unflatten(0, (3, 2))[2, 1].tolist() == [2, 1]
    assert rows.unflatten(0, (2, 3))[1, 2].tolist() == [2, 1], "what is called direction 1 holds both directions"
    assert rows.unflatten(0, (2, 3))[1, :, 1].unique().tolist() == [0, 1]


def test_layers_and_directions_read_the_other_way_round_where_nothing_is_mixed() -> None:
    h_n = Layout.parse("(layers=4 directions=2) batch=6 hidden=16")
    shown = (
        "cuts across axes: dim 0 is (layers=4 directions=2), in this order\n"
        "  from     (layers=4 directions=2) batch=6 hidden=16                  (8, 6, 16)\n"
        "  to       layers//2=2 (layers%2/4=2 directions=2) batch=6 hidden=16  (2, 4, 6, 16)\n"
        "  instead  unflatten(0, (4, 2))\n"
        "           layers=4 directions=2 batch=6 hidden=16"
    )
    assert refusal(lambda: h_n.unflatten(0, (2, -1))) == f"unflatten(0, (2, -1)) {shown}"
    assert refusal(lambda: h_n.reshape(2, 4, 6, 16)) == f"reshape(2, 4, 6, 16) {shown}"
    assert refusal(lambda: h_n.view(2, 4, 6, 16)).startswith("reshape(2, 4, 6, 16) cuts across axes: dim 0")
    for forced in (h_n.unflatten(0, (2, 4), allow_mixing=True), h_n.reshape(2, 4, 6, 16, allow_mixing=True)):
        assert str(forced) == "layers//2=2 (layers%2/4=2 directions=2) batch=6 hidden=16"


@pytest.mark.parametrize(
    ("text", "dim", "sizes", "instead"),
    [
        ("seq=5 (seq@b=9 batch=6) feature=4", 1, (6, 9), "unflatten(1, (9, 6))"),
        ("(heads=3 dim=4)", 0, (4, -1), "unflatten(0, (3, 4))"),
        ("batch=6 (a=2 b=3 c=5)", -1, (5, 3, 2), "unflatten(1, (2, 3, 5))"),
        ("batch=6 (a=2 b=3)", 1, (1, 3, 2), "unflatten(1, (2, 3))"),
        ("(layers=L directions=2) batch=B", 0, (2, "L"), "unflatten(0, (L, 2))"),
        ("1 (layers=3 directions=2) 1", 1, (2, 3), "unflatten(1, (3, 2))"),
    ],
)
def test_dims_that_are_read_in_another_order(text: str, dim: int, sizes: tuple[int | str, ...], instead: str) -> None:
    said = refusal(lambda: Layout.parse(text).unflatten(dim, sizes))
    assert said.splitlines()[0].startswith(f"unflatten({dim}, ({', '.join(map(str, sizes))})) cuts across axes: dim ")
    assert f"  instead  {instead}" in said.splitlines()


def test_samples_are_interleaved_by_an_unflatten() -> None:
    said = refusal(lambda: Layout.parse("(seq=9 batch=4) feature=4").unflatten(0, (6, 6)))
    assert said.splitlines()[0] == "unflatten(0, (6, 6)) interleaves samples: no dim of the result is batch"


@pytest.mark.parametrize(
    ("text", "dim", "sizes", "result"),
    [
        ("(layers=2 directions=2) batch=6", 0, (2, 2), "layers=2 directions=2 batch=6"),
        ("(layers=3 directions=2) batch=6", 0, (3, 2), "layers=3 directions=2 batch=6"),
        ("(layers=3 directions=2) batch=6", 0, (3, 1, 2), "layers=3 1 directions=2 batch=6"),
        ("(layers=1 directions=2) batch=6", 0, (2, 1), "(layers=1 directions=2) 1 batch=6"),
        ("(layers=4 directions=2) batch=6", 0, (2, 2, 2), "layers//2=2 layers%2/4=2 directions=2 batch=6"),
        # cut for its own sake, also where the sizes are those of the axes in another order
        ("batch=6 hidden=16", 1, (4, 4), "batch=6 hidden//4=4 hidden%4/16=4"),
        ("batch=6 hidden=16", 0, (2, 3), "batch//3=2 batch%3/6=3 hidden=16"),
        ("(heads=8 dim=4)", 0, (4, 8), "heads//2=4 (heads%2/8=2 dim=4)"),
        ("(batch=4 beam=2) vocab=5", 0, (2, 4), "batch//2=2 (batch%2/4=2 beam=2) vocab=5"),
        # cut where nothing divides, and no sizes in another order
        ("(a=9 b=4)", 0, (6, 6), "{a=9 b=4}//6=6 {a=9 b=4}%6/36=6"),
        ("(layers=3 directions=2) batch=0", 0, (2, 3), "{layers=3 directions=2}//3=2 {layers=3 directions=2}%3/6=3 batch=0"),
    ],
)
def test_dims_that_are_cut_as_is_meant(text: str, dim: int, sizes: tuple[int, ...], result: str) -> None:
    assert str(Layout.parse(text).unflatten(dim, sizes)) == result


def test_a_reshape_may_cut_other_axes_in_any_order() -> None:
    assert str(Layout.parse("(heads=3 dim=4) seq=5").reshape(4, 3, 5)).startswith("{heads=3 dim=4}//3=4 ")
    half = Layout.parse("(layers//2=4 directions=2) layers%2/8=2 batch=6")
    assert half.reshape(2, 4, 2, 6).sizes == (2, 4, 2, 6)
    # samples of a batch that is as long as layers x directions stay whole; which of the two is meant nobody can know
    h_n = Layout.parse("(layers=2 directions=2) batch=4 hidden=16")
    assert str(h_n.reshape(4, -1)) == str(h_n.flatten(1)) == "(layers=2 directions=2) (batch=4 hidden=16)"


# What to write instead


@pytest.mark.parametrize(
    ("text", "sizes", "instead", "result"),
    [
        ("(layers=2 directions=2) batch=6 hidden=16", (6, 64), "transpose(0, 1).flatten(1)",
         "batch=6 (layers=2 directions=2 hidden=16)"),
        ("batch=5 hidden=9 1 seq=16", (16, 5, 9), "permute(3, 0, 2, 1).flatten(2)", "seq=16 batch=5 hidden=9"),
        ("batch=6 1 seq=12 feature=10", (12, 6, 10), "permute(1, 2, 0, 3).flatten(0, 1)", "seq=12 batch=6 feature=10"),
        ("(layers=2 directions=2) batch=6 hidden=16", (6, 4, 4, 4), "transpose(0, 1).reshape(-1, 4, 4, 4)",
         "batch=6 (layers=2 directions=2) hidden//4=4 hidden%4/16=4"),
        ("(layers=2 directions=2) batch=B hidden=16", ("B", 2, 32), "transpose(0, 1).reshape(-1, 2, 32)",
         "batch=B layers=2 (directions=2 hidden=16)"),
    ],
)  # fmt: skip
def test_what_is_written_instead_holds_for_a_batch_of_any_size(
    text: str, sizes: tuple[int | str, ...], instead: str, result: str
) -> None:
    layout = Layout.parse(text)
    found = repair(layout.dims, Layout.parse(" ".join(f"a{at}={size}" for at, size in enumerate(sizes))).sizes)
    assert found is not None
    assert (found[0], str(Layout(found[1]))) == (instead, result)
    for call in found[0].split("."):
        name, _, given = call.removesuffix(")").partition("(")
        layout = getattr(layout, name)(*map(int, given.split(", ")))
    assert str(layout) == result


def test_the_batch_is_put_where_it_may_be() -> None:
    dims = Layout.parse("layers=4 batch=4 hidden=3").dims
    assert repair(dims, (4, 4, 3)) == ("transpose(0, 1)", Layout.parse("batch=4 layers=4 hidden=3").dims)
    assert repair(dims, (4, 4, 3), not_at=[0]) is None
    assert repair(Layout.parse("batch=4 seq=4 hidden=3").dims, (4, 4, 3), not_at=[0]) == (
        "transpose(0, 1)", Layout.parse("seq=4 batch=4 hidden=3").dims
    )  # fmt: skip
