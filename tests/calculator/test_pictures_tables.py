"""The pictures of a comparison and of growth say what their tables say: every bar is as long as its number."""

from __future__ import annotations

from pathlib import Path

import pytest
from expected import Expected
from pictured import outside, parsed, written

import rnnshape as rs
from rnnshape.calculator.comparison import Difference
from rnnshape.calculator.scaling import Scaling
from rnnshape.drawing.palette import hue_of
from rnnshape.drawing.shapes import Box

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"
ONE_WAY = rs.predict("LSTM", 10, 16, num_layers=2, batch=6, seq=9, batch_first=True)
BOTH = rs.predict("LSTM", 10, 16, num_layers=2, batch=6, seq=9, batch_first=True, bidirectional=True)
SYMBOLS = rs.predict("GRU", 4, 8, batch="B", seq=5)
PACKED = rs.predict("GRU", 4, 8, lengths=[5, 3, 1])
CELL = rs.predict("RNNCell", 4, 8, batch=3)

DIFFERENCES = {
    "directions": ONE_WAY.diff(BOTH),
    "another layer": SYMBOLS.diff(ONE_WAY),
    "other sizes": CELL.diff(rs.predict("RNNCell", 4, 8, batch=7)),
    "none": BOTH.diff(BOTH),
}
SCALINGS = {"layer": BOTH.scaling(), "symbols": SYMBOLS.scaling(), "packed": PACKED.scaling(), "cell": CELL.scaling()}


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_bar_is_as_long_as_its_number(difference: Difference) -> None:
    drawing = difference.picture.drawing
    for cost in difference.costs:
        bars = drawing.boxes(f"{cost.name} ")
        if isinstance(cost.before, int) and isinstance(cost.after, int):
            before, after = bars
            assert before.width / after.width == pytest.approx(cost.before / cost.after)
        else:
            assert bars == ()
    for change in difference.tensors:
        for layout in (change.before, change.after):
            for factor in [factor for dim in layout.dims for factor in dim] if layout is not None else ():
                assert drawing.boxes(str(factor)), (change.name, factor)


@pytest.mark.parametrize("scaling", SCALINGS.values(), ids=SCALINGS)
def test_a_bar_is_as_long_as_its_factor(scaling: Scaling) -> None:
    drawing = scaling.picture.drawing
    unit = None
    for growth in scaling:
        for letter, factor in growth.factors.items():
            bars: tuple[Box, ...] = drawing.boxes(f"{growth.name} {letter} ")
            assert len(bars) == (factor is not None), (growth.name, letter)
            if factor is not None:
                unit = unit or bars[0].width / float(factor)
                assert bars[0].width == pytest.approx(unit * float(factor))
                axis = {"T": "seq", "B": "batch", "H": "hidden", "L": "layers", "D": "directions"}[letter]
                assert (bars[0].stroke == hue_of(axis).ink) == (factor != 1)


@pytest.mark.parametrize("thing", [*DIFFERENCES.values(), *SCALINGS.values()], ids=[*DIFFERENCES, *SCALINGS])
def test_everything_is_on_the_paper(thing: Difference | Scaling) -> None:
    parsed(thing.svg)
    assert outside(thing.picture.drawing) == []
    assert thing.text == repr(thing)
    assert len(thing.svg) < 60_000


def test_the_words_are_those_of_the_tables() -> None:
    words = written(ONE_WAY.diff(BOTH).svg)
    assert {"bidirectional", "False", "True", "h_0 c_0 h_n c_n", "400,896", "1,022,976", "x 2.552"} <= {*words}
    assert "no difference" in written(BOTH.diff(BOTH).svg)
    words = written(BOTH.scaling().svg)
    assert {"2 x T", "D 1 to 2", "same", "x 3.73"} <= {*words}
    assert str(BOTH.scaling()["state_bytes"].formula) in words
    assert "varies" in written(rs.predict("RNN", 4, 8).scaling().svg)


def test_the_whole_pictures(expected: Expected) -> None:
    expected(GOLDEN / "difference.svg", ONE_WAY.diff(BOTH).svg)
    expected(GOLDEN / "scaling.svg", BOTH.scaling().svg)
