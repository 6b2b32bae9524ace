"""A drawing as SVG: plain attributes, so that every viewer shows it; a style sheet for dark paper alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from rnnshape import text
from rnnshape.drawing.palette import PAPER, dark
from rnnshape.drawing.shapes import Box, Curve, Drawing, Line, Point, Shape, Words

__all__ = ["dark_style", "svg"]

_SANS = "ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,sans-serif"
_CODE = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_HEAD = 7
"""Length of an arrow's head."""


def svg(drawing: Drawing) -> str:
    """Write a drawing as one SVG element, which may stand in a file or in HTML.

    >>> print(svg(Drawing(20, 10, (Words(2, 8, "<x>"),), "a name")).splitlines()[-2])
    <text x="2" y="8" font-size="12" fill="#1b2733">&lt;x&gt;</text>
    """
    width, height = _number(drawing.width), _number(drawing.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rnnshape" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_SANS}" role="img">'
    )
    lines = [head, f"<title>{_safe(drawing.title)}</title>", f"<style>{dark_style()}</style>"]
    lines.append(f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>')
    for shape in drawing.shapes:
        lines += _written(shape)
    return "\n".join([*lines, "</svg>"])


def dark_style(inside: str = ".rnnshape") -> str:
    """Return the rules that turn the palette's colours into those for dark paper, where a reader has asked for it."""
    colours = dark().items()
    rules = [f'{inside} [{kind}="{light}"]{{{kind}:{other}}}' for light, other in colours for kind in ("fill", "stroke")]
    # On a page a picture shrinks with it. Viewers without a screen, such as cairosvg, would take such a height for none.
    return f"@media screen{{{inside}{{max-width:100%;height:auto}}}}@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def _written(shape: Shape) -> Iterator[str]:
    match shape:
        case Box():
            yield _box(shape)
        case Words():
            yield _words(shape)
        case Line(points):
            d = "M" + "L".join(map(_point, points))
            yield from _stroked(d, shape, points[-2:])
        case Curve(points):
            start, *rest = points
            d = f"M{_point(start)}C{' '.join(map(_point, rest))}"
            yield from _stroked(d, shape, points[-2:])


def _box(box: Box) -> str:
    place = f'x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}"'
    corners = f' rx="{_number(box.radius)}"' if box.radius else ""
    line = f' stroke="{box.stroke}" stroke-width="{_number(box.thick)}"' if box.stroke != "none" else ""
    dashes = ' stroke-dasharray="4 3"' if box.dashed else ""
    start = f'<rect {place}{corners} fill="{box.fill}"{line}{dashes}'
    return f"{start}><title>{_safe(box.hint)}</title></rect>" if box.hint else f"{start}/>"


def _words(line: Words) -> str:
    place = f'x="{_number(line.x)}" y="{_number(line.y)}" font-size="{_number(line.size)}" fill="{line.fill}"'
    anchor = f' text-anchor="{line.anchor}"' if line.anchor != "start" else ""
    bold = ' font-weight="600"' if line.bold else ""
    code = f' font-family="{_CODE}" xml:space="preserve"' if line.code else ""
    return f"<text {place}{anchor}{bold}{code}>{_safe(line.words)}</text>"


def _stroked(d: str, shape: Line | Curve, end: tuple[Point, ...]) -> Iterator[str]:
    fill = shape.fill if isinstance(shape, Curve) else "none"
    line = f' stroke="{shape.stroke}" stroke-width="{_number(shape.thick)}"' if shape.stroke != "none" else ""
    dashes = ' stroke-dasharray="4 3"' if shape.dashed else ""
    faint = ' fill-opacity="0.75"' if isinstance(shape, Curve) and shape.faint else ""
    yield f'<path d="{d}" fill="{fill}"{line}{dashes}{faint}/>'
    if shape.head:
        yield f'<path d="{_head(*end)}" fill="{shape.stroke}"/>'


def _head(before: Point, tip: Point) -> str:
    """Return the triangle at the end of an arrow."""
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    sides = [(tip[0] - _HEAD * math.cos(angle + turn), tip[1] - _HEAD * math.sin(angle + turn)) for turn in (0.45, -0.45)]
    return f"M{_point(tip)}L{_point(sides[0])}L{_point(sides[1])}Z"


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    shown = f"{value:.1f}"
    return shown.removesuffix(".0")


def _safe(words: str) -> str:
    """Return words as text of XML: names from the user's code may hold anything."""
    return escape(text.shown(words))
