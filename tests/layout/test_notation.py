from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape.errors import LayoutSyntaxError
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Crop, Dim, Factor, whole
from rnnshape.layout.dims import render
from rnnshape.layout.notation import parse
from rnnshape.layout.sizes import parse_size

BATCH, SEQ, HIDDEN = Axis("batch"), Axis("seq"), Axis("hidden")
BLOCK = Block((whole(SEQ, 9), whole(BATCH, 6)))


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("", ()),
        ("1", ((),)),
        ("batch=6", ((whole(BATCH, 6),),)),
        ("batch=6 seq=9", ((whole(BATCH, 6),), (whole(SEQ, 9),))),
        ("(seq=9 batch=6)", ((whole(SEQ, 9), whole(BATCH, 6)),)),
        ("batch=B seq=2*T", ((whole(BATCH, parse_size("B")),), (whole(SEQ, parse_size("2*T")),))),
        ("vocab", ((whole(Axis("vocab"), parse_size("vocab")),),)),
        ("seq@decoder=9", ((whole(Axis("seq", "decoder"), 9),),)),
        ("seq[2:5/9]=3", ((whole(Axis("seq", "", Crop(2, 5, 1, 9)), 3),),)),
        ("seq@decoder[0:9:2/9]=5", ((whole(Axis("seq", "decoder", Crop(0, 9, 2, 9)), 5),),)),
        ("seq[2:2/9]=0", ((whole(Axis("seq", "", Crop(2, 2, 1, 9)), 0),),)),
        ("batch//2=3 batch%2/6=2", ((Factor(BATCH, 3, 2, 6),), (Factor(BATCH, 2, 1, 6),))),
        ("batch//2%3/12=3", ((Factor(BATCH, 3, 2, 12),),)),
        ("{seq=9 batch=6}//9=6", ((Factor(BLOCK, 6, 9, 54),),)),
        ("({seq=9 batch=6}%9/54=9 hidden=4)", ((Factor(BLOCK, 9, 1, 54), whole(HIDDEN, 4)),)),
        ("?=6 copies=3", ((whole(UNKNOWN, 6),), (whole(COPIES, 3),))),
        ("batch=0", ((whole(BATCH, 0),),)),
        ("'channels'=3", ((whole(Axis("channels"), 3),),)),
        ("'N'@x=3", ((whole(Axis("N", "x"), 3),),)),
    ],
)
def test_parse_and_render_are_inverse(text: str, dims: tuple[Dim, ...]) -> None:
    assert parse(text) == dims
    assert render(dims) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("N T F", "batch=N seq=T feature=F"),
        ("bs seq_len input_size", "batch=bs seq=seq_len feature=input_size"),
        ("num_layers=2 D=2 H=16 num_gates=4", "layers=2 directions=2 hidden=16 gates=4"),
        ("  batch=6,seq=9 ,\tfeature=4\n", "batch=6 seq=9 feature=4"),
        ("layers=2*directions", "layers=2*directions"),
        ("layers*directions", "(layers directions)"),
        ("layers*directions batch", "(layers directions) batch"),
        ("( layers=2, directions=2 )", "(layers=2 directions=2)"),
        ("(batch=6)", "batch=6"),
        ("()", "1"),
        ("6 9", "?=6 ?=9"),
        ("batch 1 1", "batch 1 1"),
        ("batch%2/6", "batch%2/6=2"),
        ("batch//3=2", "batch//3%2/6=2"),
        ("'vocab'=3", "vocab=3"),
        # Where two spellings of one word stand in a text, the second is an axis of its own.
        ("batch channels=3 feature=4", "batch 'channels'=3 feature=4"),
        ("batch T L", "batch seq=T 'L'=L"),
        ("N=3 B=4", "batch=3 'B'=4"),
        ("T=9 T=9", "seq=9 seq=9"),
        ("T@encoder L@decoder", "seq@encoder=T seq@decoder=L"),
    ],
)
def test_other_ways_to_write_the_same(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_a_spelling_and_its_word_are_two_axes_in_one_text() -> None:
    (channels,), (feature,) = parse("channels=3 feature=4")
    assert (channels.axis, feature.axis) == (Axis("channels"), Axis("feature"))


A_SIZE = "a size belongs after '=': a number, a symbol such as B, or a product such as 2*H"
A_SLICE = "a slice is written [start:stop/total], [start:stop:step/total] or [index/total]"


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("batch=6 seq=9)", 13, "this ')' closes nothing"),
        ("batch=6 (seq=9", 8, "this '(' is never closed"),
        ("batch=6 {seq=9", 8, "this '{' is never closed"),
        ("({seq=9 batch=6", 1, "this '{' is never closed"),
        ("a=2 (b=3 ]", 9, "unexpected ']'"),
        ("(a (b c))", 3, "unexpected '('"),
        ("batch #rest", 6, "'#' stands for dims of any number or size; name every axis here"),
        ("*rest batch", 0, "'*' stands for dims of any number or size; name every axis here"),
        ("... batch", 0, "'...' stands for dims of any number or size; name every axis here"),
        ("batch=", 6, A_SIZE),
        ("batch=-1", 6, A_SIZE),
        ("?=", 2, A_SIZE),
        ("batch=2.5", 7, "unexpected '.'"),
        ("batch=٣", 6, A_SIZE),
        ("batch=6seq", 7, "unexpected 's'"),
        ("batch=2=3", 7, "unexpected '='"),
        ("batch=H/2", 7, "unexpected '/'"),
        ("N T 2*H", 4, "unexpected '2'"),
        ("layers=2*directions=2", 19, "unexpected '='"),
        ("layers* directions", 7, "an axis name belongs after '*'"),
        ("layers*2", 7, "an axis name belongs after '*'"),
        ("_=3", 0, "give '_' a name, or write ?=size for a dim without a meaning"),
        ("batch ?", 7, "'?' needs a size here, as in ?=6"),
        ("seq@", 3, "unexpected '@'"),
        ("'T", 0, 'unexpected "\'"'),
        ("seq[1:2]", 3, A_SLICE),
        ("seq[-3:9/9]", 3, A_SLICE),
        ("seq[4:2/9]", 3, "this slice does not lie within 0 to 9"),
        ("seq[0:10/9]", 3, "this slice does not lie within 0 to 9"),
        ("seq[0:9:0/9]", 3, "a slice steps forward"),
        ("seq[0:3/9]=4", 10, "the slice [0:3/9] has 3 elements, not 4"),
        ("seq[0:9:2/9]=4", 12, "the slice [0:9:2/9] has 5 elements, not 4"),
        ("batch//=3", 7, "a size belongs after '//'"),
        ("batch%=3", 6, "a size belongs after '%'"),
        ("batch%2=2", 7, "'%size' needs the size of the whole axis, as in batch%2/6=2"),
        ("batch%2/=2", 8, "a size belongs after '/'"),
        ("batch%2/6=3", 10, "this size is 3, but the cut says %2"),
        ("batch//4%2/6=2", 5, "a piece of 2 at stride 4 does not divide an axis of 6"),
        ("batch%4/6=4", 5, "a piece of 4 at stride 1 does not divide an axis of 6"),
        ("{batch=6}=6", 0, "a block joins two axes or more"),
        ("{seq=9 batch=6}", 15, "a block needs a size, as in {seq=9 batch=6}=54"),
        ("{seq=9 batch=6}=50", 15, "the block {seq=9 batch=6} has 54 elements, not 50"),
        ("{seq=9 batch=6}%4/54=4", 15, "a piece of 4 at stride 1 does not divide an axis of 54"),
    ],
)
def test_parse_refuses(text: str, position: int, reason: str) -> None:
    with pytest.raises(LayoutSyntaxError) as err:
        parse(text)
    assert str(err.value) == f"cannot read this layout: {reason}\n  {text}\n  {' ' * position}^"
    assert (err.value.text, err.value.position, err.value.reason) == (text, position, reason)


def test_the_caret_fits_a_text_of_several_lines() -> None:
    with pytest.raises(LayoutSyntaxError) as err:
        parse("batch=6\n\tseq=9)")
    assert str(err.value) == "cannot read this layout: this ')' closes nothing\n  batch=6  seq=9)\n                ^"


PIECES = "a b T L B ? ( ) { } * @ = # , - ' 1 _ % batch time 'T' %2/6 //2 [0:2/6] [1:6:2/6] =2 =6 =B . ²".split() + [" "] * 4  # noqa: SIM905


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        dims = parse(text)
    except LayoutSyntaxError as refusal:
        position = refusal.position
    else:
        position = 0
        assert parse(render(dims)) == dims
    assert 0 <= position <= len(text)


def test_a_bare_number_is_a_size_without_a_meaning() -> None:
    assert parse("18 1 10 6") == ((whole(UNKNOWN, 18),), (), (whole(UNKNOWN, 10),), (whole(UNKNOWN, 6),))
