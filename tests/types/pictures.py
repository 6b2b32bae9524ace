"""Pictures of what a user gets."""

# pyright: strict

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from rnnshape import Finding, Layout, ModelPrediction, Prediction, Report, WindowsPrediction
from rnnshape.drawing.picture import Picture
from rnnshape.report.grid import Grid


def layouts(layout: Layout) -> None:
    assert_type(layout.picture, Picture)
    assert_type(layout.svg, str)
    assert_type(layout.text, str)
    layout.save("layout.svg")


def layers(prediction: Prediction, path: Path) -> None:
    assert_type(prediction.picture, Picture)
    assert_type(prediction.svg, str)
    assert_type(prediction.text, str)
    prediction.save(path)


def findings(finding: Finding) -> None:
    assert_type(finding.grids, tuple[Grid, ...])
    assert_type(finding.picture, Picture)
    assert_type(finding.svg, str)
    assert_type(finding.text, str)
    finding.save("finding.svg")


def models(prediction: ModelPrediction) -> None:
    assert_type(prediction.picture, Picture)
    assert_type(prediction.svg, str)
    assert_type(prediction.text, str)
    prediction.save("model.svg")


def windows(prediction: WindowsPrediction) -> None:
    assert_type(prediction.picture, Picture)
    assert_type(prediction.svg, str)
    assert_type(prediction.text, str)
    prediction.save("windows.svg")


def reports(report: Report) -> None:
    report.save("report.html", title="train.py")
    assert_type(report.picture, Picture)
    assert_type(report.svg, str)
    assert_type(report.text, str)


def pictures(picture: Picture) -> None:
    assert_type(picture.svg, str)
    assert_type(picture.text, str)
    picture.save("layer.html")
