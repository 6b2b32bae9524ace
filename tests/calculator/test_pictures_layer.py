"""The picture of a layer says what the calculator says: which cells there are, where output and h_n lie, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from expected import Expected
from pictured import contains, outside, parsed, written

import rnnshape as rs
from rnnshape.calculator.pictures.meetings import meetings
from rnnshape.drawing.palette import DIRECTIONS, LAYERS, SEQ
from rnnshape.drawing.shapes import Box, Words

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"

README = rs.predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch=6, seq=9)
LAYERS_DRAWN = {
    "lstm_both_ways": README,
    "gru_batch_first": rs.predict("GRU", 10, 16, batch_first=True, batch=2, seq=3),
    "packed": rs.predict("LSTM", 10, 16, bidirectional=True, batch_first=True, proj_size=5, lengths=[3, 5, 4, 5, 2, 5]),
    "cell": rs.predict("LSTMCell", 10, 16, batch=6),
    "unbatched": rs.predict("RNN", 1, 5, batch=None, seq=20),
}
ALL = [
    rs.predict(kind, 3, 4, num_layers=layers, bidirectional=both, batch_first=first, **extra, **at)
    for kind, extra in (("RNN", {}), ("LSTM", {}), ("GRU", {}), ("LSTM", {"proj_size": 2}))
    for layers in (1, 2, 3, 4)
    for both in (False, True)
    for first in (False, True)
    for at in ({"batch": 3, "seq": 1}, {"batch": None, "seq": 7}, {"lengths": [2, 6, 1]}, {})
]


@pytest.mark.parametrize("name", LAYERS_DRAWN)
def test_the_picture(name: str, expected: Expected) -> None:
    p = LAYERS_DRAWN[name]
    expected(GOLDEN / f"{name}.svg", p.svg)
    expected(GOLDEN / f"{name}.txt", p.text)


@pytest.mark.parametrize("p", ALL, ids=lambda p: f"{p.spec}-{p.batch}-{p.seq}".replace(" ", ""))
def test_frames_lie_where_the_calculator_says(p: rs.Prediction) -> None:
    drawing = p.picture.drawing
    last = p.seq - 1 if isinstance(p.seq, int) else f"{p.seq}-1"
    cells = {s.hint: s for s in drawing.shapes if isinstance(s, Box) and ", step " in s.hint and s.hint.startswith("layer")}
    for row, name in enumerate(p.rows):
        [frame] = drawing.boxes(f"h_n[{row}] is ")
        assert frame.hint == f"h_n[{row}] is {name}"
        assert frame.stroke == LAYERS.ink
        inside = [hint for hint, cell in cells.items() if contains(frame, cell)]
        assert inside == [f"{name}, step {0 if name.endswith('reverse') else last}"]
        [in_stack] = drawing.boxes(f"row {row}")
        assert in_stack.y + in_stack.height / 2 == frame.y + frame.height / 2, "the stack has each row beside its lane"
    [output] = drawing.boxes("output")
    assert output.stroke == SEQ.ink
    top = f"layer {p.spec.num_layers - 1} "
    assert {h for h, c in cells.items() if contains(output, c)} == {h for h in cells if h.startswith(top)}
    assert all(c.stroke == DIRECTIONS.ink and c.dashed == ("reverse" in h) for h, c in cells.items())
    assert outside(drawing) == []
    assert {str(row) for row in range(len(p.rows))} == {s.hint[4:] for s in drawing.boxes("row ")}


def test_rows_of_h_n_stand_from_the_bottom_up() -> None:
    heights = [README.picture.drawing.boxes(f"row {row}")[0].y for row in range(4)]
    assert heights == sorted(heights, reverse=True)


def test_the_dims_are_those_of_the_layouts() -> None:
    lines = written(README.svg)
    for layout in (README.input, README.output, README.h_n, README.c_n):
        assert layout is not None
        assert f"({', '.join(map(str, layout.sizes))})" in lines
        assert {str(f) for dim in layout.dims for f in dim} <= set(lines)
    assert "and is so with batch_first=True too" in lines
    first = written(rs.predict("LSTM", 10, 16, batch_first=True, batch=6, seq=9).svg)
    assert "h_n is never batch-first" in first


def test_the_staircase_has_the_rows_of_the_packed_data() -> None:
    p = LAYERS_DRAWN["packed"]
    drawing = p.picture.drawing
    assert p.lengths
    assert p.batch_sizes
    steps = drawing.boxes("sample ")
    assert len(steps) == sum(p.lengths)
    longest_first = sorted(range(6), key=lambda s: -p.lengths[s])
    for sample, length in enumerate(p.lengths):
        own = [s for s in steps if s.hint.startswith(f"sample {sample},")]
        assert len(own) == length
        [frame] = drawing.boxes(f"h_n of sample {sample}")
        assert contains(frame, own[-1])
        for step, box in enumerate(own):
            [number] = [s.words for s in drawing.shapes if isinstance(s, Words) and s.x == box.x + 11 and s.y == box.y + 15]
            assert int(number) == sum(p.batch_sizes[:step]) + longest_first.index(sample)


def test_no_cell_says_that_it_has_rows() -> None:
    p = LAYERS_DRAWN["cell"]
    assert meetings(p) == ()
    [frame] = p.picture.drawing.boxes("h_1 is ")
    [cell] = p.picture.drawing.boxes("layer 0 forward, step t")
    assert contains(frame, cell)
    assert p.picture.drawing.boxes("output") == ()
    assert outside(p.picture.drawing) == []


def test_many_layers_and_long_packs_are_cut() -> None:
    p = rs.predict("LSTM", 3, 4, num_layers=40, lengths=range(1, 200))
    drawing = p.picture.drawing
    assert "layers 2 to 38 are alike" in written(p.svg)
    assert any("191 more samples; 181 more steps" in line for line in written(p.svg))
    assert drawing.boxes("h_n[39] is layer 39 forward")
    assert outside(drawing) == []
    assert len(p.svg) < 100_000
    assert drawing.width < 1200


def test_the_layer_of_the_readme_is_small() -> None:
    parsed(README.svg)
    assert len(README.svg.encode()) < 60_000


def test_a_notebook_shows_it() -> None:
    assert README._repr_html_() == README.svg
