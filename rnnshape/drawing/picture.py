"""`Picture`: something drawn, in each of its forms."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from rnnshape.errors import RNNShapeError

if TYPE_CHECKING:
    from rnnshape.drawing.shapes import Drawing

__all__ = ["Picture"]

_FORMS = (".svg", ".html", ".txt", ".png")


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """Something drawn.

    Attributes:
        drawing: its shapes.
        text: the same in letters, for a terminal and for viewers that show no pictures.
    """

    drawing: Drawing
    text: str

    @property
    def svg(self) -> str:
        """The picture as one SVG element."""
        from rnnshape.drawing.svg import svg

        return svg(self.drawing)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file, in the form that its name ends with: .svg, .html, .txt, or .png where cairosvg is there.

        Raises:
            RNNShapeError: for another ending, and for .png without cairosvg.
        """
        file = Path(path)
        ending = file.suffix.lower()
        if ending not in _FORMS:
            raise RNNShapeError(f"save({file.name!r}): a picture is saved as {', '.join(_FORMS[:-1])} or {_FORMS[-1]}")
        if ending == ".png":
            _save_png(self.svg, file)
            return
        title = self.drawing.title
        made = {".svg": lambda: self.svg, ".txt": lambda: self.text, ".html": lambda: _page(title, self.svg)}[ending]()
        file.write_text(f"{made}\n", encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.text


def _save_png(svg: str, file: Path) -> None:
    try:
        from cairosvg import svg2png  # pyright: ignore
    except ImportError:
        needs = "a .png needs cairosvg (pip install cairosvg, which needs the cairo library); .svg and .html need nothing"
        raise RNNShapeError(f"save({file.name!r}): {needs}") from None
    svg2png(bytestring=svg.encode(), write_to=str(file), scale=2)


def _page(title: str, svg: str) -> str:
    from html import escape

    from rnnshape import text

    head = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{escape(text.shown(title))}</title>'
    for name, content in (("viewport", "width=device-width"), ("color-scheme", "light dark")):
        head += f'\n<meta name="{name}" content="{content}">'
    return f"{head}\n{svg}\n</html>"
