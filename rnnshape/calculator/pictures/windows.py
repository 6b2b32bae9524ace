"""Windows of a series drawn: where each lies in the series, what a batch of them is, and the same turned by permute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rnnshape import text
from rnnshape.drawing.palette import BATCH, INK, MUTED, ON_SAMPLE, SEQ, sample_tint
from rnnshape.drawing.picture import Picture
from rnnshape.drawing.shapes import Box, Drawing, Line, Shape, Words, width_of
from rnnshape.layout.chips import chips

if TYPE_CHECKING:
    from rnnshape.calculator.windows import WindowsPrediction

__all__ = ["Window", "picture_of", "windows_of"]

_LEFT, _TOP, _SIDE = 24, 76, 28
_MOST_ELEMENTS, _MOST_WINDOWS, _MOST_ROWS, _MOST_STEPS = 24, 7, 6, 10


class Window(NamedTuple):
    """A window: which batch it is in and at which row, its elements of the series, and its target, None where there is none."""

    number: int
    batch: int
    row: int
    elements: range
    target: int | None


def windows_of(p: WindowsPrediction) -> Iterator[Window]:
    """Yield every window that a DataLoader without shuffling hands out."""
    kept = p.batches * p.batch_size if p.drop_last else p.windows
    for number in range(min(kept, p.windows)):
        start = number * p.stride
        target = start + p.window - 1 + p.horizon if p.horizon else None
        yield Window(number, number // p.batch_size, number % p.batch_size, range(start, start + p.window), target)


def picture_of(p: WindowsPrediction) -> Picture:
    """Draw windows and batches."""
    first = [window for window, _ in zip(windows_of(p), range(_MOST_WINDOWS), strict=False)]
    shapes = [*_series(p, first)]
    y = _TOP + 44 + len(first) * (_SIDE + 6) + 30
    shapes += [*_batch(p, [window for window in first if window.batch == 0][:_MOST_ROWS], y)]
    bottom = max(s.y + s.height if isinstance(s, Box) else s.y for s in shapes if isinstance(s, Box | Words)) + 24
    ends = [s.x + s.width for s in shapes if isinstance(s, Box)]
    ends += [s.x + width_of(s.words, s.size, s.code) for s in shapes if isinstance(s, Words) and s.anchor == "start"]
    title = repr(p).partition("\n")[0]
    return Picture(Drawing(max(ends) + 24, bottom, tuple(shapes), title), "\n".join([*_letters(p, first), "", repr(p)]))


def _series(p: WindowsPrediction, windows: list[Window]) -> Iterator[Shape]:
    """Draw the series, and below it each window at its place."""
    yield Words(_LEFT, 34, f"windows of {p.window} in a series of {p.length}", 16, INK, bold=True)
    counts = f"{text.count(p.windows, 'window')}, {text.count(p.batches, 'batch', 'batches')} of {p.batch_size}"
    formula = f"({p.length} - {p.window} - {p.horizon}) // {p.stride} + 1 = {p.windows} windows"
    yield Words(_LEFT, 56, f"{counts}   {formula}", 12, MUTED, code=True)
    left = _LEFT + 96
    yield Words(_LEFT, _TOP + 19, "series", 12.5, SEQ.ink, bold=True)
    for element in range(min(p.length, _MOST_ELEMENTS)):
        yield from _cell(left + element * _SIDE, _TOP, SEQ.tint, element, f"series [{element}]", ink=SEQ.ink)
    if p.length > _MOST_ELEMENTS:
        yield Words(left + _MOST_ELEMENTS * _SIDE + 4, _TOP + 18, "...", 13, MUTED, bold=True)
    for place, window in enumerate(windows):
        y = _TOP + 44 + place * (_SIDE + 6)
        yield Words(_LEFT, y + 18, f"window {window.number}", 12, INK)
        shown = [element for element in window.elements if element < _MOST_ELEMENTS]
        for element in shown:
            at = left + element * _SIDE
            yield from _cell(at, y, sample_tint(window.row), element, f"window {window.number} [{element}]")
        if window.target is not None and window.target < _MOST_ELEMENTS:
            at = left + window.target * _SIDE
            yield from _cell(at, y, "none", window.target, f"target of window {window.number}", SEQ.ink, SEQ.ink)
    yield from _brackets(p, windows, left + (min(p.length, _MOST_ELEMENTS) + 1) * _SIDE)


def _brackets(p: WindowsPrediction, windows: list[Window], x: float) -> Iterator[Shape]:
    """Tie the windows of each batch together."""
    for batch in dict.fromkeys(window.batch for window in windows):
        rows = [place for place, window in enumerate(windows) if window.batch == batch]
        top = _TOP + 44 + rows[0] * (_SIDE + 6)
        low = _TOP + 44 + rows[-1] * (_SIDE + 6) + _SIDE - 2
        yield Line(((x, top), (x + 6, top), (x + 6, low), (x, low)), BATCH.ink)
        size = p.batch(batch).sizes[0]
        words = f"batch {batch}" + (f": {size}, smaller" if size != p.batch_size else "")
        yield Words(x + 14, (top + low) / 2 + 4, words, 12, BATCH.ink, bold=True)
    more = p.windows - len(windows)
    if more > 0:
        yield Words(x, _TOP + 44 + len(windows) * (_SIDE + 6) + 10, f"{text.count(more, 'more window')}", 12, MUTED)


def _batch(p: WindowsPrediction, windows: list[Window], y: float) -> Iterator[Shape]:
    """Draw the first batch as a tensor, and turned by permute."""
    steps = min(p.window, _MOST_STEPS)
    left = _LEFT + 96
    turned = left + max(steps * _SIDE + 120, 330)
    for x, layout, code in ((left, p.batch(0), "batch_first=True"), (turned, p.batch(0).transpose(0, 1), "permute(1, 0, 2)")):
        drawn = chips(layout, x, y)
        yield from drawn.shapes
        yield Words(drawn.right + 4, y + 15, text.sizes(layout.sizes), 12, MUTED, code=True)
        yield Words(x, y + 42, code, 12, INK, code=True)
    yield Words(_LEFT, y + 15, "batch 0", 12.5, BATCH.ink, bold=True)
    top = y + 54
    for row, window in enumerate(windows):
        for step, element in enumerate(window.elements[:steps]):
            fill = sample_tint(window.row)
            yield from _cell(left + step * _SIDE, top + row * _SIDE, fill, element, f"batch-first [{row}, {step}]")
            yield from _cell(turned + row * _SIDE, top + step * _SIDE, fill, element, f"seq-first [{step}, {row}]")
    low = top + max(len(windows), steps) * _SIDE + 18
    features = f"; each cell is {p.features} features" if p.features > 1 else ""
    yield Words(_LEFT, low, f"numbers are elements of the series, colours are samples{features}", 11.5, MUTED)


def _cell(
    x: float, y: float, fill: str, number: int, hint: str, stroke: str = "none", ink: str = ON_SAMPLE
) -> Iterator[Shape]:
    yield Box(x, y, _SIDE - 3, _SIDE - 3, fill, stroke, 2, stroke != "none", 4, hint)
    size = 11.5 if number < 1000 else 9
    yield Words(x + (_SIDE - 3) / 2, y + 17, str(number), size, ink, "middle", code=True)


def _letters(p: WindowsPrediction, windows: list[Window]) -> Iterator[str]:
    """Write each window at its place in the series, its target in brackets."""
    width = len(str(min(p.length, _MOST_ELEMENTS))) + 2
    shown = range(min(p.length, _MOST_ELEMENTS))
    yield f"{'series':>10}  {''.join(str(e).center(width) for e in shown)}".rstrip()
    for window in windows:
        words = [str(e) if e in window.elements else f"[{e}]" if e == window.target else "" for e in shown]
        line = "".join(word.center(width) for word in words)
        yield f"{f'window {window.number}':>10}  {line}  batch {window.batch}"
