"""jaxtyping's strings and Layouts: the same language where they overlap, and what becomes of the rest."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float, jaxtyped

from rnnshape import Layout, LayoutSyntaxError, SpecTypeError


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("batch seq 4", "batch seq ?=4"),
        ("batch seq feature=4", "batch seq feature=4"),
        ("b batch=B 2", "b batch=B ?=2"),
        ("N T H_in=10", "batch=N seq=T feature=10"),
        ("batch T L", "batch seq=T L"),
        ("", ""),
        ("1 hidden", "1 hidden"),
        ("_ batch _any", "?=_0 batch ?=_2"),
        ("batch n+1", "batch ?=_1"),
        ("batch 2*n", "batch ?=_1"),
        ("batch {self.hidden_size}", "batch ?=_1"),
        ("#batch seq", "batch=_0 seq"),
        ("#4 seq", "?=_0 seq"),
        ("?leaf 3", "leaf=_0 ?=3"),
        ("steps=n hidden", "seq=n hidden"),
    ],
)
def test_what_is_read(text: str, layout: str) -> None:
    expected = Layout.parse(layout)
    assert Layout.from_jaxtyping(text) == expected
    assert Layout.from_jaxtyping(Float[torch.Tensor, text]) == expected


@pytest.mark.parametrize(("text", "word", "at"), [("*batch seq", "*batch", 0), ("seq ...", "...", 4), ("a #*b", "#*b", 2)])
def test_an_open_number_of_dims_is_an_error(text: str, word: str, at: int) -> None:
    with pytest.raises(LayoutSyntaxError) as caught:
        Layout.from_jaxtyping(text)
    reason = f"{word!r} stands for any number of dims; name every axis here"
    assert str(caught.value) == f"cannot read this layout: {reason}\n  {text}\n  {' ' * at}^"


@pytest.mark.parametrize("given", [torch.zeros(3), None, torch.Tensor, 4])
def test_anything_else_is_refused(given: object) -> None:
    with pytest.raises(SpecTypeError) as caught:
        Layout.from_jaxtyping(given)
    wanted = "from_jaxtyping takes an annotation such as Float[Tensor, 'batch seq 4'], or its string; got "
    assert str(caught.value) == wanted + repr(given)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("batch seq feature=4", "batch seq feature=4"),
        ("batch=B seq=9", "batch=B seq=9"),
        ("seq=9 batch (directions=2 hidden=16)", "seq=9 batch 32"),
        ("(layers=2 directions=2) batch hidden=2*H", "4 batch hidden=2*H"),
        ("batch (directions=2 hidden)", "batch 2*hidden"),
        ("batch//2=3 1 ?=6", "3 1 6"),
        ("seq[1:9/9]=8", "8"),
        ("seq@encoder=9", "seq=9"),
        ("?=_1 batch=_0", "_ #batch"),
        ("", ""),
    ],
)
def test_what_is_written(layout: str, text: str) -> None:
    assert Layout.parse(layout).to_jaxtyping() == text


words = st.sampled_from(["batch", "seq", "feature", "hidden", "vocab"])
pieces = st.one_of(words, st.builds("{}={}".format, words, st.integers(2, 9)), st.integers(2, 9).map(str))


@given(st.lists(pieces, max_size=4))
def test_there_and_back_is_the_same(dims: list[str]) -> None:
    layout = Layout.parse(" ".join(dims))
    assert Layout.from_jaxtyping(layout.to_jaxtyping()) == layout


@given(st.lists(st.tuples(words, st.integers(2, 9)), max_size=4, unique_by=lambda pair: pair[0]))
def test_jaxtyping_itself_accepts_exactly_the_sizes_of_the_layout(dims: list[tuple[str, int]]) -> None:
    layout = Layout.of(*dims)
    hint = Float[torch.Tensor, layout.to_jaxtyping()]
    with jaxtyped("context"):
        assert isinstance(torch.zeros(layout.sizes), hint)
    with jaxtyped("context"):
        assert not isinstance(torch.zeros((*layout.sizes, 1)), hint)
    if dims:
        with jaxtyped("context"):
            assert not isinstance(torch.zeros((layout.sizes[0] + 1, *layout.sizes[1:])), hint)


def test_neither_torch_nor_jaxtyping_is_imported() -> None:
    code = "import sys, rnnshape; rnnshape.Layout.from_jaxtyping('batch 4').to_jaxtyping(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "rnnshape.layout.layout" in loaded
    assert not {"torch", "jaxtyping", "numpy"} & set(loaded)
