"""A picture in each of its forms, and the files that it is saved to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pictured import parsed

import rnnshape as rs
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.pictured import Pictured
from rnnshape.drawing.shapes import Drawing, Words

PICTURE = Picture(Drawing(40, 20, (Words(0, 10, "<x>"),), "a <title>"), "in letters")


class Thing(Pictured):
    @property
    def picture(self) -> Picture:
        return PICTURE


def test_the_forms_of_an_object_are_those_of_its_picture() -> None:
    thing = Thing()
    assert (thing.svg, thing.text, thing._repr_html_()) == (PICTURE.svg, "in letters", PICTURE._repr_html_())
    assert repr(PICTURE) == "in letters"
    with pytest.raises(NotImplementedError):
        Pictured().svg  # noqa: B018


def test_it_is_saved_in_the_form_that_the_name_ends_with(tmp_path: Path) -> None:
    for name in ("a.svg", "a.html", "a.TXT"):
        Thing().save(tmp_path / name)
    assert (tmp_path / "a.svg").read_text() == f"{PICTURE.svg}\n"
    assert (tmp_path / "a.TXT").read_text() == "in letters\n"
    page = (tmp_path / "a.html").read_text()
    assert "<title>a &lt;title&gt;</title>" in page
    assert PICTURE.svg in page
    parsed(PICTURE.svg)


def test_no_other_form(tmp_path: Path) -> None:
    with pytest.raises(rs.RNNShapeError) as caught:
        PICTURE.save(tmp_path / "a.pdf")
    assert str(caught.value) == "save('a.pdf'): a picture is saved as .svg, .html, .txt or .png"
    assert list(tmp_path.iterdir()) == []


def test_png_needs_cairosvg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(rs.RNNShapeError) as caught:
        PICTURE.save(str(tmp_path / "a.png"))
    assert str(caught.value) == (
        "save('a.png'): a .png needs cairosvg (pip install cairosvg, which needs the cairo library); "
        ".svg and .html need nothing"
    )


def test_png(tmp_path: Path) -> None:
    pytest.importorskip("cairosvg", exc_type=ImportError)
    PICTURE.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    empty = Picture(Drawing(40, 20, (), "a <title>"), "")
    empty.save(tmp_path / "empty.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "empty.png").read_bytes(), "the words are drawn"
