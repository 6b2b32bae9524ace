"""The page of each rule, which docs/rules holds; ``pytest tests/render/test_rule_page.py --update`` writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnshape.render.rule_page import index, page
from rnnshape.report.catalogue import RULES

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
FILES = {"README": index(RULES.values()), **{code: page(entry) for code, entry in RULES.items()}}


@pytest.mark.parametrize("name", FILES)
def test_the_page_is_that_of_the_catalogue(name: str, request: pytest.FixtureRequest) -> None:
    file = FOLDER / f"{name}.md"
    if request.config.getoption("--update"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(FILES[name], encoding="utf-8")
    assert file.read_text(encoding="utf-8") == FILES[name]


def test_there_are_no_other_pages() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} == set(FILES)


@pytest.mark.parametrize("code", RULES)
def test_a_page_has_both_programs_and_says_how_to_silence_it(code: str) -> None:
    text, entry = page(RULES[code]), RULES[code]
    for part in (entry.wrong, entry.right, entry.why, f"# rnnshape: ignore[{code}]", f'ignore = ["{code}"]', entry.severity):
        assert part in text or part == "info"
