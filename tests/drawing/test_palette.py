"""Words can be read on light and on dark paper, and axes are told apart."""

from __future__ import annotations

from itertools import combinations

import pytest

from rnnshape.drawing import palette
from rnnshape.drawing.palette import Hue, dark, hue_of, sample_tint
from rnnshape.drawing.shapes import Words

HUES = {name: value for name, value in vars(palette).items() if isinstance(value, Hue)}
ENOUGH = 4.5
"""The contrast of words that WCAG 2 asks for at level AA."""


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def on(paper: str, colour: str) -> str:
    return dark().get(colour, colour) if paper == "dark" else colour


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("name", HUES)
def test_words_of_a_hue_can_be_read(name: str, paper: str) -> None:
    hue = HUES[name]
    grounds = (hue.tint, palette.PAPER, *((palette.LAYERS.tint,) if name == "DIRECTIONS" else ()))
    for ground in grounds:
        assert contrast(on(paper, hue.ink), on(paper, ground)) >= ENOUGH, (name, ground)
        assert contrast(on(paper, palette.INK), on(paper, ground)) >= ENOUGH
    assert contrast(on(paper, palette.PAPER), on(paper, hue.ink)) >= ENOUGH, "a filled tag has words in the colour of paper"


@pytest.mark.parametrize("paper", ["light", "dark"])
def test_other_words_can_be_read(paper: str) -> None:
    for words in (palette.INK, palette.MUTED):
        assert contrast(on(paper, words), on(paper, palette.PAPER)) >= ENOUGH
    assert contrast(on(paper, palette.INK), on(paper, palette.FAINT)) >= ENOUGH
    for sample in palette.SAMPLES:
        assert contrast(on(paper, palette.ON_SAMPLE), on(paper, sample)) >= ENOUGH


def test_words_are_written_in_the_ink_of_the_palette() -> None:
    assert Words(0, 0, "a").fill == palette.INK


def test_colours_with_a_meaning_are_not_taken_for_one_another() -> None:
    assert len({*palette.SAMPLES}) == len(palette.SAMPLES)
    kinds = [hue_of(name) for name in ("batch", "seq", "feature", "layers", "directions", "mixed")]
    assert all(a.ink != b.ink and a.tint != b.tint for a, b in combinations(kinds, 2))
    assert hue_of("feature") == hue_of("hidden")
    assert sample_tint(9) == sample_tint(1) != sample_tint(0)
