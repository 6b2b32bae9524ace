"""A run drawn: each layer that was called, ribbons from one to the next, and the strands of what an operation has mixed."""

from __future__ import annotations

from pathlib import Path

import torch
from expected import Expected
from paged import HOSTILE, MIXED, of_nothing_seen, of_several_kinds
from pictured import outside, parsed, written

import rnnshape as rs
from rnnshape import Event, Layout, Report
from rnnshape.drawing.palette import WRONG, hue_of
from rnnshape.drawing.shapes import Box, Curve, Line

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"


class Tagger(torch.nn.Module):
    """Two layers, and the README's bug behind them."""

    def __init__(self, broken: bool) -> None:
        super().__init__()
        self.broken = broken
        self.encoder = torch.nn.GRU(10, 16, batch_first=True)
        self.rnn = torch.nn.GRU(16, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = torch.nn.Linear(64, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, h_n = self.rnn(self.encoder(x)[0])
        return self.fc(h_n.view(x.size(0), -1) if self.broken else h_n.transpose(0, 1).flatten(1))


def diagnosed(broken: bool) -> Report:
    return rs.diagnose(Tagger(broken), torch.randn(6, 9, 10), axes="batch seq feature", probe=False)


def bands(report: Report) -> list[Curve]:
    return [shape for shape in report.picture.drawing.shapes if isinstance(shape, Curve)]


def ribbons(report: Report) -> list[Curve]:
    return [band for band in bands(report) if band.fill in {hue_of(name).tint for name in hue_names()}]


def strands(report: Report) -> list[Curve]:
    return [band for band in bands(report) if band.fill in {hue_of(name).ink for name in hue_names()}]


def hue_names() -> tuple[str, ...]:
    return "batch", "seq", "hidden", "layers", "directions"


def test_the_picture_of_a_run(expected: Expected) -> None:
    report = diagnosed(broken=True)
    for finding in report.findings:
        assert finding.location
    expected(GOLDEN / "seen.svg", report.svg.replace(f"line {report.findings[0].location.line}", "line N"))  # type: ignore[union-attr]
    assert report.text == str(report)
    lines = written(report.svg)
    assert {"encoder", "rnn", "fc", "h_n", "before"} <= set(lines)
    assert outside(report.picture.drawing) == []


def test_a_finding_stands_at_its_layer_and_the_right_model_has_no_red() -> None:
    drawing = diagnosed(broken=True).picture.drawing
    assert [box.stroke for box in drawing.boxes("module fc")] == [WRONG.ink]
    assert WRONG.ink not in {box.stroke for box in drawing.boxes("module rnn")}
    right = diagnosed(broken=False)
    assert strands(right) == []
    assert WRONG.ink not in {s.stroke for s in right.picture.drawing.shapes if isinstance(s, Box)}


def test_every_axis_of_the_tensor_frays_over_all_of_what_became_of_it() -> None:
    report = diagnosed(broken=True)
    found = strands(report)
    [box] = report.picture.drawing.boxes("mixed view  (6, 64)")
    for axis in ("layers", "directions", "batch", "hidden"):
        ends = [strand.points[3][0] for strand in found if strand.fill == hue_of(axis).ink]
        assert len(ends) == 6
        assert min(ends) < box.x + box.width / 4
        assert max(ends) > box.x + box.width * 3 / 4
    assert {strand.points[3][1] for strand in found} == {box.y}


def test_ribbons_come_from_the_tensor_that_has_most_of_the_axes() -> None:
    """h_n is what goes into the view: its batch lies in h_n's row, though output has a batch too."""
    report = diagnosed(broken=True)
    drawing = report.picture.drawing
    state = next(box for box in reversed(drawing.boxes("layers=2")) if box.y < drawing.boxes("mixed view")[0].y - 80)
    into = {band.fill: band.points[0][1] for band in ribbons(report)[-4:]}
    assert into == {hue_of(axis).tint: state.y + state.height for axis in ("layers", "directions", "batch", "hidden")}


def test_calls_are_counted_and_a_run_that_raised_ends_there() -> None:
    report = Report()
    event = Event("rnn", "GRU", "GRU(10, 16)", (("input", Layout.parse("seq=9 batch=6 feature=10")),))
    report.passage(event).calls += 1200
    assert "x 1,200" in written(report.svg)
    assert not [s for s in report.picture.drawing.shapes if isinstance(s, Line)]
    report.count_failed(event)
    assert "stopped: a call of rnn raised" in written(report.svg)
    report.exception = RuntimeError("sizes\ndo not match")
    assert "stopped: RuntimeError: sizes" in written(report.svg)


def test_any_report_fits_on_the_paper() -> None:
    for report in (of_several_kinds(), of_nothing_seen(), Report()):
        parsed(report.svg)
        assert outside(report.picture.drawing) == []
    assert HOSTILE not in of_several_kinds().svg
    many = Report()
    for n in range(40):
        many.passage(Event(f"rnn{n}", "GRU", "GRU(10, 16)", (("input", Layout.parse("seq=9")),))).calls += 1
    many.add(MIXED)
    assert "and 17 more modules" in written(many.svg)
