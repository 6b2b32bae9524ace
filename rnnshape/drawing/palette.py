"""The colours: one for each kind of axis, wherever it is drawn, on light and on dark paper.

An axis has a strong colour, for words and lines, and a tint to write upon. Words stand out from every tint that they are
written on by the 4.5 to 1 that WCAG AA asks for; a test computes it.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Hue", "dark", "hue_of", "sample_tint", "styles"]


class Hue(NamedTuple):
    """A colour in two strengths.

    Attributes:
        ink: of words and lines.
        tint: of what they stand on.
    """

    ink: str
    tint: str


PAPER = "#ffffff"
INK = "#1b2733"
MUTED = "#54616e"
FAINT = "#d5dbe1"
ON_SAMPLE = "#14202b"
"""Words on the colour of a sample, which is the same on dark paper."""

BATCH = Hue("#1d5fa8", "#dbe9f8")
SEQ = Hue("#a04800", "#fde8d5")
HIDDEN = Hue("#3c6350", "#e0ebe4")
LAYERS = Hue("#6b3fa0", "#ece4f6")
DIRECTIONS = Hue("#0b686f", "#d5eff0")
OTHER = Hue("#54616e", "#edf0f3")
WRONG = Hue("#b3261e", "#fbe4e2")
RIGHT = Hue("#1d7037", "#def3e4")

_HUES = {
    "batch": BATCH, "seq": SEQ, "step": SEQ, "packed": SEQ, "feature": HIDDEN, "hidden": HIDDEN, "proj": HIDDEN,
    "gates": HIDDEN, "layers": LAYERS, "directions": DIRECTIONS, "mixed": WRONG,
}  # fmt: skip

PADDING = "#dfe4e9"
"""The colour of an element that is none of the data."""

PLAIN = "#cfe0d6"
"""The colour of elements that are told apart by their numbers alone."""

SAMPLES = ("#a9cdf3", "#f9c690", "#a9ddb6", "#dabbf1", "#f5b5b5", "#f1df8b", "#9edfe0", "#d6c7b4")
"""The colours of samples 0 to 7; the digit in a cell tells apart those that share one."""

_DARK = {
    PAPER: "#12171d", INK: "#e8edf2", MUTED: "#a3b0bc", FAINT: "#3a4550",
    BATCH.ink: "#8fc2f7", BATCH.tint: "#17324f", SEQ.ink: "#f7b27a", SEQ.tint: "#472a11", HIDDEN.ink: "#a5cdb7",
    HIDDEN.tint: "#20352b", LAYERS.ink: "#cbb0f0", LAYERS.tint: "#352450", DIRECTIONS.ink: "#7fd6da",
    DIRECTIONS.tint: "#0d3539", OTHER.tint: "#262e36",
    WRONG.ink: "#ff9d94", WRONG.tint: "#4b1c18", RIGHT.ink: "#86d89f", RIGHT.tint: "#15381f",
}  # fmt: skip


def hue_of(axis: str) -> Hue:
    """Return the colour of an axis by its name.

    >>> hue_of("batch").ink, hue_of("vocab") == OTHER
    ('#1d5fa8', True)
    """
    return _HUES.get(axis, OTHER)


def sample_tint(sample: int) -> str:
    """Return the colour of a sample; after eight they begin anew."""
    return SAMPLES[sample % len(SAMPLES)]


def dark() -> dict[str, str]:
    """Return what each colour is on dark paper; those that are the same are left out."""
    return dict(_DARK)


def styles() -> str:
    """Return the colours as variables of a style sheet, for pages; pictures have plain attributes.

    >>> print(styles().splitlines()[0][:60])
    :root {--paper:#ffffff;--ink:#1b2733;--muted:#54616e;--faint
    """
    plain = {"paper": PAPER, "ink": INK, "muted": MUTED, "faint": FAINT}
    hues = {"batch": BATCH, "seq": SEQ, "hidden": HIDDEN, "layers": LAYERS, "directions": DIRECTIONS, "other": OTHER}
    for name, hue in (hues | {"wrong": WRONG, "right": RIGHT}).items():
        plain |= {name: hue.ink, f"{name}-tint": hue.tint}
    light, other = (";".join(f"--{name}:{of.get(c, c)}" for name, c in plain.items()) for of in ({}, _DARK))
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{:root {{{other}}}}}"
