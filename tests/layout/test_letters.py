"""What letters and other spellings in ``axes=`` stand for."""

import pytest

from rnnshape import Layout, LayoutSyntaxError
from rnnshape.layout.letters import parse_axes


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("b t d", "batch seq feature"),
        ("B T D", "batch seq feature"),
        ("B T F", "batch seq feature"),
        ("b t f", "batch seq feature"),
        ("n t c", "batch seq feature"),
        ("b c t", "batch feature seq"),
        ("s b e", "seq batch feature"),
        ("t n h", "seq batch hidden"),
        ("T N H", "seq batch hidden"),
        ("b l d", "batch seq feature"),
        ("Batch Seq Feature", "batch seq feature"),
        ("BATCH TIME FEATURES", "batch seq feature"),
        ("bs len feat", "batch seq feature"),
        ("batch_size steps channels", "batch seq feature"),
        ("b t emb", "batch seq feature"),
        ("batch length vocab", "batch seq vocab"),
        ("b=6 t=9 d=4", "batch seq feature"),
        ("b", "batch"),
        ("n", "batch"),
        ("(b t) d", "batch*seq feature"),
        ("b*t d", "batch*seq feature"),
        # What could be two things is an axis of its own.
        ("b n d", "batch n d"),
        ("N B D", "N batch directions"),
        ("b t s", "batch seq s"),
        ("b s l", "batch s l"),
        ("b c h w", "batch c h w"),
        ("B C H W", "batch C H W"),
        ("b t h d", "batch seq h d"),
        ("B T H D", "batch seq H D"),
        ("b t f c", "batch seq f c"),
        # Layers of a state are no steps, and torch's D stays what it is.
        ("l b h", "l batch hidden"),
        ("(l d) b h", "layers*directions batch hidden"),
        ("(L D) N H", "layers*directions batch hidden"),
        ("D B H", "directions batch hidden"),
        # A name in quotes, and a word beside its own role word.
        ("'b' t d", "b seq d"),
        ("batch t seq", "batch t seq"),
        ("n batch t", "n batch seq"),
    ],
)
def test_what_letters_stand_for(given: str, names: str) -> None:
    found = parse_axes(given)
    assert " ".join(found.names) == names
    assert Layout.parse(str(found)) == found


def test_a_layout_is_what_it_is() -> None:
    layout = Layout.parse("b t d")
    assert layout.names == ("b", "t", "d")  # the notation has torch's letters alone
    assert parse_axes(layout) is layout


@pytest.mark.parametrize("word", ["Batch", "TIME", "Hidden", "H_IN", "Feat", "Length", "b", "d"])
def test_a_name_of_a_persons_own_goes_out_and_in(word: str) -> None:
    layout = Layout.parse(f"'{word}'=3 seq=9")
    assert layout.names == (word, "seq")
    assert Layout.parse(str(layout)) == layout


@pytest.mark.parametrize(("given", "caret"), [("batch batch", 6), ("b t b", 4), ("N (seq N) feature", 7)])
def test_the_batch_lies_along_one_dim(given: str, caret: int) -> None:
    with pytest.raises(LayoutSyntaxError) as caught:
        parse_axes(given)
    assert str(caught.value) == (
        "cannot read this layout: the batch is named twice; give this dim its own name, such as seq\n"
        f"  {given}\n  {' ' * caret}^"
    )


def test_a_batch_beside_another_spelling_or_in_pieces_is_named_once() -> None:
    assert str(parse_axes("batch N")) == "batch 'N'=N"
    assert str(parse_axes("batch//2=3 seq batch%2/6=2")) == "batch//2=3 seq batch%2/6=2"
