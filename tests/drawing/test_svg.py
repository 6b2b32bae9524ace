"""SVG of every shape: well-formed, plain, and text is text."""

from __future__ import annotations

import pytest
from pictured import SVG, parsed, written

from rnnshape.drawing.palette import BATCH, INK, PAPER, SEQ, dark
from rnnshape.drawing.shapes import Box, Curve, Drawing, Line, Shape, Words, arrow, at_most, width_of
from rnnshape.drawing.svg import svg


def of(*shapes: Shape, title: str = "a picture") -> str:
    return svg(Drawing(100, 50, shapes, title))


def test_paper_and_title() -> None:
    root = parsed(of())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("100", "50", "0 0 100 50")
    assert [node.text for node in root.iter(f"{SVG}title")] == ["a picture"]
    [paper] = root.iter(f"{SVG}rect")
    assert paper.get("fill") == PAPER


def test_a_box() -> None:
    _, box = parsed(of(Box(1, 2.25, 30, 4, BATCH.tint, BATCH.ink, 2, dashed=True, radius=3, hint="<b>"))).iter(f"{SVG}rect")
    assert dict(box.attrib) == {
        "x": "1", "y": "2.2", "width": "30", "height": "4", "rx": "3", "fill": BATCH.tint, "stroke": BATCH.ink,
        "stroke-width": "2", "stroke-dasharray": "4 3",
    }  # fmt: skip
    assert [node.text for node in box] == ["<b>"]


def test_words() -> None:
    [words] = parsed(of(Words(1, 2, "a", 9, SEQ.ink, "end", bold=True, code=True))).iter(f"{SVG}text")
    assert (words.get("text-anchor"), words.get("font-weight"), words.get("fill")) == ("end", "600", SEQ.ink)
    assert "monospace" in str(words.get("font-family"))


HOSTILE = ["<script>alert(1)</script>", "a & b", "rnn\x1b[31m", "]]>", "\ud800", "\x00", '"x" onload="y"']


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_text(name: str) -> None:
    made = of(Words(0, 10, name), Box(0, 0, 1, 1, hint=name), title=name)
    made.encode()
    assert "<script" not in made
    assert "\x1b" not in made
    [shown] = written(made)
    assert shown == name.replace("\x1b", "\\x1b").replace("\ud800", "\\ud800").replace("\x00", "\\x00")


def test_a_line_and_the_head_of_an_arrow() -> None:
    [line] = parsed(of(Line(((0, 0), (10, 5)), BATCH.ink))).iter(f"{SVG}path")
    assert (line.get("d"), line.get("fill"), line.get("stroke")) == ("M0 0L10 5", "none", BATCH.ink)
    line, head = parsed(of(arrow((0, 5), (10, 5), stroke=BATCH.ink, dashed=True))).iter(f"{SVG}path")
    assert line.get("stroke-dasharray") == "4 3"
    assert str(head.get("d")).startswith("M10 5L3.7 ")
    assert head.get("fill") == BATCH.ink


def test_a_curve() -> None:
    [curve] = parsed(of(Curve(((0, 0), (1, 1), (2, 2), (3, 3)), fill=SEQ.tint, faint=True))).iter(f"{SVG}path")
    assert (curve.get("d"), curve.get("fill"), curve.get("fill-opacity")) == ("M0 0C1 1 2 2 3 3", SEQ.tint, "0.75")


def test_dark_paper_is_a_matter_of_the_style_sheet_alone() -> None:
    made = of()
    [style] = parsed(made).iter(f"{SVG}style")
    assert "@media (prefers-color-scheme:dark){.rnnshape [" in str(style.text)
    assert str(style.text).count("{.rnnshape{") == 1, "on a screen a picture shrinks with its page"
    assert all(f'[fill="{light}"]{{fill:{other}}}' in str(style.text) for light, other in dark().items())
    assert f'[fill="{INK}"]' in str(style.text)


def test_what_is_too_wide_is_cut() -> None:
    assert at_most("rnn", 60) == "rnn"
    assert width_of(at_most("a" * 200, 100, 11), 11) <= 100 + 2 * 11
    assert at_most("abc", 1) == ""
