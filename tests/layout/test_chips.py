"""A Layout's chips: one for each factor, in the colour of its axis."""

from __future__ import annotations

from pictured import outside, parsed, written

import rnnshape as rs
from rnnshape.drawing.palette import hue_of
from rnnshape.drawing.shapes import Box


def chips(layout: rs.Layout) -> list[tuple[str, str]]:
    return [(s.hint, s.fill) for s in layout.picture.drawing.shapes if isinstance(s, Box) and s.hint]


def test_every_factor_has_a_chip_in_the_colour_of_its_axis() -> None:
    layout = rs.Layout.parse("seq=9 batch=6 (directions=2 hidden=16) vocab=3")
    assert chips(layout) == [
        ("seq=9", hue_of("seq").tint), ("batch=6", hue_of("batch").tint), ("directions=2", hue_of("directions").tint),
        ("hidden=16", hue_of("hidden").tint), ("vocab=3", hue_of("vocab").tint),
    ]  # fmt: skip
    assert written(layout.svg)[-1] == "(9, 6, 32, 3)"
    assert layout.text == "seq=9 batch=6 (directions=2 hidden=16) vocab=3  (9, 6, 32, 3)"
    assert outside(layout.picture.drawing) == []


def test_factors_of_one_dim_touch_and_have_one_frame() -> None:
    shapes = rs.Layout.parse("(layers=2 directions=2) batch=6").picture.drawing.shapes
    layers, directions, frame, batch = (s for s in shapes if isinstance(s, Box))
    assert layers.x + layers.width == directions.x
    assert (frame.x, frame.width) == (layers.x - 1, layers.width + directions.width + 2)
    assert batch.x > frame.x + frame.width


def test_mixed_one_and_long_names() -> None:
    mixed = rs.Layout.parse("(layers=2 directions=2) batch=6").reshape(6, 4, allow_mixing=True)
    assert {fill for _, fill in chips(mixed)} == {hue_of("mixed").tint}
    assert chips(rs.Layout.parse("batch=6").unsqueeze(0))[0][0] == "1"
    long = rs.Layout.of(("x" * 500, 3))
    parsed(long.svg)
    assert long.picture.drawing.width < 500
