"""What every picture is held to, whatever it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from rnnshape.drawing import palette
from rnnshape.drawing.shapes import Box, Drawing, Words, width_of

COLOURS = frozenset(
    [value for value in vars(palette).values() if isinstance(value, str) and re.fullmatch("#[0-9a-f]{6}", value)]
    + [colour for value in vars(palette).values() if isinstance(value, palette.Hue) for colour in value]
    + list(palette.SAMPLES)
)
"""Every colour of the palette on light paper."""

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    """Read a picture as XML, and hold it to its promises: no script, no address, colours of the palette, plain attributes."""
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert not [node for node in root.iter() if "style" in node.attrib], "cairosvg draws nothing where a style has a height"
    allowed = {f"{SVG}{name}" for name in ("svg", "title", "style", "rect", "text", "path")}
    for node in root.iter():
        assert node.tag in allowed, node.tag
        for name in ("fill", "stroke"):
            assert node.get(name, "none") in COLOURS | {"none"}, (name, node.attrib)
        assert not [name for name in node.attrib if name.startswith("on") or name.endswith("href")]
    assert "url(" not in svg
    assert "var(" not in svg
    return root


def written(svg: str) -> list[str]:
    """Return the lines of text of a picture."""
    return [node.text or "" for node in parsed(svg).iter(f"{SVG}text")]


def outside(drawing: Drawing) -> list[object]:
    """Return what does not lie on the paper. Words are as wide as they are thought to be."""
    found: list[object] = []
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            left, right, low = shape.x, shape.x + shape.width, shape.y + shape.height
        elif isinstance(shape, Words):
            width = width_of(shape.words, shape.size, shape.code)
            left = shape.x - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            right, low = left + width, shape.y
        else:
            xs, ys = zip(*shape.points, strict=True)
            left, right, low = min(xs), max(xs), max(ys)
        if left < 0 or right > drawing.width or low > drawing.height:
            found.append(shape)
    return found


def contains(outer: Box, inner: Box) -> bool:
    """Tell whether a box lies within another."""
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height
