"""The pictures that the README and docs/pictures.md show are those that the package makes of what stands beside them."""

from __future__ import annotations

import doctest
import linecache
from pathlib import Path
from typing import Any

import pytest
from expected import Expected
from pictured import parsed

import rnnshape as rs

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"


def ran(page: Path, until: str, file: str) -> dict[str, Any]:
    """Run the examples of a page up to one that has these words, as if they stood in a file."""
    names: dict[str, Any] = {}
    for number, example in enumerate(doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8"))):
        where = f"{file}" if "class Classifier" in example.source else f"{file}.{number}"
        linecache.cache[where] = (len(example.source), None, example.source.splitlines(keepends=True), where)
        if ".save(" not in example.source:
            exec(compile(example.source, where, "single"), names)
        if until in example.source:
            return names
    raise AssertionError(f"{page.name} has no example with {until}")


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "pictures.md"], ids=lambda page: page.stem)
def test_the_picture_of_a_finding(page: Path, expected: Expected) -> None:
    report = ran(page, "report = rs.diagnose(", "model.py")["report"]
    [finding] = report.findings
    expected(FOLDER / "mixed.svg", finding.svg)
    parsed(finding.svg)


def test_the_pictures_of_the_page(expected: Expected) -> None:
    layer = rs.predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch=6, seq=9)
    expected(FOLDER / "layer.svg", layer.svg)
    one_way = rs.predict("LSTM", 10, 16, num_layers=2, batch=6, seq=9)
    expected(FOLDER / "difference.svg", one_way.diff(layer).svg)
    expected(FOLDER / "windows.svg", rs.predict_windows(length=7, window=3, batch_size=2).svg)


def test_the_picture_of_an_influence(expected: Expected) -> None:
    influence = ran(ROOT / "docs" / "pictures.md", "influence = rs.probe(", "model.py")["influence"]
    expected(FOLDER / "influence.svg", influence.svg)
    parsed(influence.svg)


def test_the_picture_of_a_run(expected: Expected) -> None:
    report = ran(ROOT / "docs" / "pictures.md", "report = rs.diagnose(", "model.py")["report"]
    expected(FOLDER / "run.svg", report.svg)
    parsed(report.svg)


def test_every_picture_is_shown_and_made() -> None:
    shown = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    names = sorted(path.name for path in FOLDER.iterdir())
    assert names == ["difference.svg", "influence.svg", "layer.svg", "mixed.svg", "run.svg", "windows.svg"]
    assert all(f"](pictures/{name})" in shown for name in names)
    first = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Try it")[0]
    assert "](docs/pictures/mixed.svg)" in first
