"""Where a size comes from, for every kind of factor."""

from __future__ import annotations

import pytest

from rnnshape.calculator.origins import origin_of, origins
from rnnshape.layout.layout import Layout


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("seq=9 batch=6 (directions=2 hidden=16)", "9 = seq; 6 = batch; 32 = 2 directions x 16 hidden"),
        ("(layers=2 directions=2) batch=6 hidden=16", "4 = 2 layers x 2 directions; 6 = batch; 16 = hidden"),
        ("(layers=1 directions=2) batch=B", "2 = 1 layer x 2 directions; B = batch"),
        ("(seq=T batch=B) hidden=2*H", "B*T = T seq x B batch; 2*H = hidden"),
        ("vocab words=5", "vocab; 5 = words"),
        ("", "a single number"),
        ("1 batch=1", "1 = no axis; 1 = batch"),
        # pieces
        ("batch//2=3 batch%2/6=2", "3 = batch=6 in groups of 2; 2 = 2 neighbours of batch=6"),
        ("batch//2%3/12=3", "3 = batch=12 in groups of 2, 3 neighbours of them"),
        ("(batch//2=3 feature=4)", "12 = 3 of batch=6 in groups of 2 x 4 feature"),
        ("(batch%2/6=2 feature=4)", "8 = 2 neighbours of batch=6 x 4 feature"),
        # axes that are told apart, and slices
        ("seq@encoder=9 seq@decoder=7", "9 = encoder seq; 7 = decoder seq"),
        ("seq[0:5/9]=5 seq@a[8/9]=1", "5 = seq[0:5/9]; 1 = a seq[8/9]"),
        # what nobody knows
        ("?=7 (?=2 hidden=16)", "7 = unknown; 32 = 2 unknown x 16 hidden"),
        (
            "{seq=9 feature=4}//9=4 ({seq=9 feature=4}%9/36=9 hidden=2)",
            "4 = mixed {seq feature}=36 in groups of 9; 18 = 9 neighbours of mixed {seq feature}=36 x 2 hidden",
        ),
        ("({layers=2 batch=6}//4=3 hidden=16)", "48 = 3 of mixed {layers batch}=12 in groups of 4 x 16 hidden"),
    ],
)
def test_origins(layout: str, said: str) -> None:
    assert origin_of(Layout.parse(layout)) == said


def test_copies() -> None:
    expanded = Layout.parse("batch=6 1").expand(6, 4)
    assert origins(expanded) == ("6 = batch", "4 = copies")


def test_a_dimension_for_each_size() -> None:
    """The numbers at the left are the sizes, and the numbers of a product multiply to them."""
    layout = Layout.parse("(layers=2 directions=2) 1 (batch=6 beam=3) hidden=16")
    for size, said in zip(layout.sizes, origins(layout), strict=True):
        left, _, right = said.partition(" = ")
        assert left == str(size)
        counts = [int(part.split()[0]) for part in right.split(" x ") if part[0].isdigit()]
        assert not counts or counts[0] * counts[1] == size
