"""`Pictured`: what an object can do that has a picture."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["Pictured"]


class Pictured:
    """What an object can do that has a picture: one interface for a prediction, a Layout, a finding and a report.

    A subclass says what its picture is, and inherits no more than the forms of it.
    """

    __slots__ = ()

    @property
    def picture(self) -> Picture:
        """The picture of it."""
        raise NotImplementedError

    @property
    def svg(self) -> str:
        """The picture as one SVG element."""
        return self.picture.svg

    @property
    def text(self) -> str:
        """The picture in letters."""
        return self.picture.text

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file, in the form that its name ends with: .svg, .html, .txt, or .png where cairosvg is there.

        Raises:
            RNNShapeError: for another ending, and for .png without cairosvg.
        """
        self.picture.save(path)

    def _repr_html_(self) -> str:
        return self.picture.svg
