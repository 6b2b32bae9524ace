"""Pages under docs/: their examples run (as doctests), and code that they quote stands in the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rnnshape

ROOT = Path(rnnshape.__file__).parent
PAGES = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))


def quoted(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def stands(code: str, sources: list[str]) -> bool:
    return any(_flush(code) in _flush(source) for source in sources)


def _flush(code: str) -> str:
    """Take the indentation away: what is quoted may stand in a class, or in a docstring."""
    return re.sub(r"^ +", "", code, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_that_a_page_quotes_stands_in_the_package(page: Path) -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))]
    shown = quoted(page.read_text(encoding="utf-8"))
    codes = [code for code in shown if not code.startswith("import pytest\n")]  # that one test_readme runs
    assert [code for code in codes if not stands(code, sources)] == []


def test_a_quotation_that_is_not_true_is_noticed() -> None:
    [code] = quoted("text\n```python\nx = 1\n```\n")
    assert stands(code, ["a\nx = 1\nb"])
    assert not stands(code, ["x = 2\n"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_links_to_and_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_list_of_pages_has_every_page_once() -> None:
    text = (PAGES[0].parent / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(([\w-]+\.md)\)", text)
    assert sorted(listed) == [page.name for page in PAGES if page.name != "README.md"]


def test_the_rooms_of_the_architecture_are_those_of_the_package() -> None:
    text = (PAGES[0].parent / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| room, from the ground up")[2].partition("\n\n")[0]
    named = [name.removesuffix("/").removesuffix(".py") for row in table.splitlines() for name in
             re.findall(r"`([\w./]+)`", row.split("|")[1] if row.startswith("| `") else "")]  # fmt: skip
    rooms = {p.stem for p in ROOT.iterdir() if (p.is_dir() and p.name != "__pycache__") or p.suffix == ".py"}
    assert set(named) == rooms - {"__init__", "__main__"}
