"""How an input is described."""

from __future__ import annotations

from collections import namedtuple

import pytest

from rnnshape import Layout, SpecError
from rnnshape.dryrun.descriptions import Description, described, nested, symbols_of


def test_a_layout_a_dtype_or_values() -> None:
    assert Description.parse("batch=6 seq=9", "x") == Description(Layout.parse("batch=6 seq=9"), where="x")
    assert Description.parse("batch=6 seq=9: int64", "x") == Description(Layout.parse("batch=6 seq=9"), "int64", where="x")
    assert Description.parse(" batch : [9, 7, 3] ", "x") == Description(Layout.parse("batch=3"), "int64", (9, 7, 3), "x")
    assert Description.parse("batch: [True, False]", "x").dtype == "bool"
    assert Description.parse("", "x").layout.sizes == ()


def test_a_colon_within_a_layout_is_none() -> None:
    found = Description.parse("seq[2:5/9]=3 batch=6: float64", "x")
    assert (str(found.layout), found.dtype) == ("seq[2:5/9]=3 batch=6", "float64")


@pytest.mark.parametrize("written", ["[1, 2.5]", "[[1]]", "['a']", "[1, 2", "[__import__('os')]", "[" * 500])
def test_other_values_are_told(written: str) -> None:
    with pytest.raises(SpecError) as found:
        Description.parse(f"batch: {written}", "lengths")
    shown = written if len(written) < 60 else f"{written[:57]}..."
    assert str(found.value) == f"lengths: {shown} is no list of ints, as [9, 7, 3] is"


def test_nested_arguments() -> None:
    Pair = namedtuple("Pair", "a b")
    found = described({"x": ["batch=6", 3], "y": Pair("batch=2", None)}, "arg")
    assert found["x"][0].where == "arg['x'][0]"
    assert found["y"].a.where == "arg['y'].a"
    assert (found["x"][1], found["y"].b, type(found["y"])) == (3, None, Pair)


def test_symbols() -> None:
    assert symbols_of(described(["batch=B seq=2*T", "batch=B feature=4", "vocab", 3], "x")) == ("B", "T", "vocab")
    assert Description.parse("batch=B seq=2*T", "x").bound({"B": 3, "T": 5}).layout.sizes == (3, 10)


def test_a_second_sample() -> None:
    assert Description.parse("batch=1 seq=1", "x").doubled().layout.sizes == (2, 1)
    assert Description.parse("batch: [9]", "x").doubled().values == (9, 9)
    for other in ("batch=6 seq=9", "1 seq=9", "batch: [9, 7]"):
        assert Description.parse(other, "x").doubled() == Description.parse(other, "x")


def test_anything_else_stays() -> None:
    value = object()
    assert nested([value], lambda item, _: item) == [value]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (f"batch: [{10**30}]", f"x: [{10**30}] has a number of more than 64 bits, which is none that a tensor holds"),
        (f"batch: [{'9' * 5000}]", f"x: [{'9' * 56}... is no list of ints, as [9, 7, 3] is"),
        (f"batch={2**61}: int64", f"x: batch={2**61} has more than 2^60 elements; use smaller sizes"),
        (f"batch={2**61}*B", f"x: batch={2**61}*B has more than 2^60 elements; use smaller sizes"),
    ],
)
def test_more_than_a_tensor_holds(given: str, text: str) -> None:
    with pytest.raises(SpecError) as caught:
        Description.parse(given, "x")
    assert str(caught.value) == text


def test_more_than_a_tensor_holds_once_the_symbols_are_numbers() -> None:
    with pytest.raises(SpecError) as caught:
        Description.parse(f"batch={2**58}*B seq=S", "x").bound({"B": 4, "S": 3})
    assert str(caught.value) == f"x: batch={2**60} seq=3 has more than 2^60 elements; use smaller sizes"
    with pytest.raises(SpecError) as caught:
        Description.parse(f"batch={2**58}*B seq=S", "x").bound({"B": 40, "S": 3})
    most = f"a tensor has at most {2**63 - 1} elements, as torch counts them in 64 bits; these sizes give more"
    assert str(caught.value) == f"x: {most}"


def test_a_layout_is_its_own_description() -> None:
    layout = Layout("batch=6 seq=9")
    assert described({"x": [layout]}, "x") == {"x": [Description(layout, where="x['x'][0]")]}
    with pytest.raises(SpecError, match="more than 2\\^60 elements"):
        described(Layout(f"batch={2**61}"), "x")
