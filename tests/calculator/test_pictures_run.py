"""A model drawn: its spine has every module that calls no other, and a ribbon joins the same axis of neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from expected import Expected
from pictured import outside, parsed, written

import rnnshape as rs
from rnnshape.calculator.model import ModelPrediction, ModuleCall, Value
from rnnshape.calculator.pictures.run import stops_of
from rnnshape.drawing.palette import WRONG, hue_of
from rnnshape.drawing.shapes import Box, Curve

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"
B_T_F = rs.Layout.parse("batch=6 seq=9 feature=10")


def call(path: str, given: str, made: str, depth: int = 1, **more: object) -> ModuleCall:
    values = [(Value(name, rs.Layout.parse(layout)),) for name, layout in (("input", given), ("output", made))]
    return ModuleCall(path, "Linear", "Linear(10, 16)", *values, depth=depth, **more)  # type: ignore[arg-type]


def ribbons(p: ModelPrediction) -> list[Curve]:
    return [shape for shape in p.picture.drawing.shapes if isinstance(shape, Curve)]


class Mixed(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = torch.nn.Linear(64, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, (h_n, _) = self.rnn(x)
        return self.fc(h_n.view(x.size(0), -1))


def test_the_picture_of_a_model(expected: Expected) -> None:
    p = rs.predict(Mixed(), "batch=6 seq=9 feature=10")
    expected(GOLDEN / "model.svg", p.svg)
    assert p.text == repr(p)
    lines = written(p.svg)
    assert {"rnn", "fc", "h_n"} <= set(lines)
    [box] = p.picture.drawing.boxes("module fc")
    assert box.stroke == WRONG.ink
    assert [line for line in lines if line.startswith("RNS203 line ")]
    assert outside(p.picture.drawing) == []


def test_a_ribbon_joins_the_same_axis_and_a_transpose_is_a_crossing() -> None:
    calls = (call("a", "batch=6 seq=9", "batch=6 seq=9 hidden=4"), call("b", "seq=9 batch=6 hidden=4", "seq=9 batch=6"))
    found = ribbons(ModelPrediction("Net", calls))
    assert {c.fill for c in found} == {hue_of("batch").tint, hue_of("seq").tint, hue_of("hidden").tint}
    starts = {c.fill: c.points[0][0] for c in found}
    ends = {c.fill: c.points[3][0] for c in found}
    batch, seq = hue_of("batch").tint, hue_of("seq").tint
    assert starts[batch] < starts[seq]
    assert ends[batch] > ends[seq]


def test_an_axis_that_ends_has_no_ribbon() -> None:
    calls = (call("a", "batch=6 seq=9", "batch=6 seq=9 hidden=4"), call("b", "batch=6 classes=4", "batch=6"))
    assert [c.fill for c in ribbons(ModelPrediction("Net", calls))] == [hue_of("batch").tint]


def test_a_ribbon_begins_at_a_chip_and_ends_at_one() -> None:
    calls = (call("a", "batch=6", "batch=6 seq=9"), call("b", "seq=9 batch=6", "batch=6"))
    p = ModelPrediction("Net", calls)
    boxes = {(s.x + 3, s.y + s.height) for s in p.picture.drawing.shapes if isinstance(s, Box) and s.hint}
    tops = {(s.x + 3, s.y) for s in p.picture.drawing.shapes if isinstance(s, Box) and s.hint}
    for ribbon in ribbons(p):
        assert ribbon.points[0] in boxes
        assert ribbon.points[3] in tops


def test_modules_that_call_others_are_no_stops_and_repeated_calls_are_one() -> None:
    outer = call("", "batch=6", "batch=6", depth=0)
    steps = [call("cell", "batch=6 feature=10", "batch=6 hidden=4", number=n) for n in range(1, 10)]
    stops = stops_of((outer, *steps, call("fc", "batch=6 hidden=4", "batch=6")))
    assert [(stop.name, stop.times) for stop in stops] == [("cell", 9), ("fc", 1)]
    assert "x 9" in written(ModelPrediction("Net", (outer, *steps)).svg)


def test_where_the_model_raised_the_picture_ends() -> None:
    p = ModelPrediction("Net", (call("a", "batch=6", "batch=6"),), stopped="fc raised <RuntimeError>")
    assert "stopped: fc raised <RuntimeError>" in written(p.svg)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>\x1b", "encoder." * 60])
def test_any_model_fits_on_the_paper(name: str) -> None:
    calls = tuple(call(f"{name}{n}", "batch=6 seq=9", "batch=6 seq=9") for n in range(60))
    p = ModelPrediction(name, calls)
    parsed(p.svg)
    assert "<script" not in p.svg
    assert outside(p.picture.drawing) == []
    assert "and 36 more modules" in written(p.svg)
    parsed(ModelPrediction("empty", ()).svg)
