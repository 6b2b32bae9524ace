"""The page in a real browser: nothing fails, nothing leaves, filters work, nothing overflows. Skipped without chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import CHROMIUM, in_a_browser
from paged import HOSTILE, of_several_kinds

from rnnshape.render.html import page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")

SHOWN = "[...document.querySelectorAll('details.finding')].filter(f => !f.hidden).map(f => f.dataset.code)"
INPUT = "new Event('input', { bubbles: true })"


@pytest.fixture(scope="module")
def html() -> str:
    return page(of_several_kinds(), HOSTILE)


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_overflows_fails_or_leaves(width: int, html: str, tmp_path: Path) -> None:
    script = """
      told.width = innerWidth;
      told.wide = document.documentElement.scrollWidth;
      const inside = (node) => node.closest("pre, figure, .scroll");
      told.over = [...document.querySelectorAll("body *")].filter((n) => n.getClientRects().length && !inside(n)
        && n.getBoundingClientRect().right > innerWidth + 1).map((n) => n.tagName + "." + n.className);
      told.pictures = [...document.querySelectorAll("figure svg")].map((n) => n.getBoundingClientRect().height > 40);
    """
    told = in_a_browser(html, script, tmp_path, width)
    assert told["failures"] == []
    assert told["requests"] == []
    assert told["width"] == width
    assert told["wide"] <= width
    assert told["over"] == []
    assert told["pictures"] == [True] * 4, "three findings, and the way from layer to layer"
    assert told["title"].startswith("rnnshape: <script>"), "the name of the script is text"


def test_filters(html: str, tmp_path: Path) -> None:
    script = f"""
      const search = document.getElementById("search"), code = document.getElementById("code");
      told.all = {SHOWN};
      search.value = "samples MIXED"; search.dispatchEvent({INPUT}); told.searched = {SHOWN};
      told.said = document.getElementById("shown").textContent;
      search.value = "nowhere"; search.dispatchEvent({INPUT}); told.none = !document.getElementById("none").hidden;
      search.value = ""; search.dispatchEvent({INPUT});
      const box = document.querySelector("input[value=error]");
      box.click(); told.without = {SHOWN}; box.click();
      code.value = "RNS302"; code.dispatchEvent({INPUT}); told.coded = {SHOWN};
      code.value = ""; code.dispatchEvent({INPUT});
      document.getElementById("close").click();
      told.folded = document.querySelectorAll("details.finding[open]").length;
      document.getElementById("open").click();
      told.unfolded = document.querySelectorAll("details.finding[open]").length;
    """
    told = in_a_browser(html, script, tmp_path)
    assert told["failures"] == []
    assert told["all"] == ["RNS203", "RNS104", "RNS302", "RNS214"]
    assert (told["searched"], told["said"], told["none"]) == (["RNS203"], "1 of 4 shown", True)
    assert told["without"] == ["RNS302", "RNS214"]
    assert told["coded"] == ["RNS302"]
    assert (told["folded"], told["unfolded"]) == (0, 4)


def test_keys(html: str, tmp_path: Path) -> None:
    script = """
      const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      const at = () => document.activeElement.closest("details")?.dataset.code ?? document.activeElement.id;
      press("j"); told.first = at(); press("j"); told.second = at(); press("k"); told.back = at();
      press("o"); told.open = document.querySelector("details.finding").open;
      press("/"); told.slash = at();
      press("Escape"); told.escaped = document.activeElement.tagName;
    """
    told = in_a_browser(html, script, tmp_path)
    assert told["failures"] == []
    assert [told[name] for name in ("first", "second", "back", "open", "slash", "escaped")] == [
        "RNS203", "RNS104", "RNS203", False, "search", "BODY",
    ]  # fmt: skip


def test_printing_unfolds(html: str, tmp_path: Path) -> None:
    script = """
      document.getElementById("close").click();
      dispatchEvent(new Event("beforeprint"));
      told.printed = document.querySelectorAll("details.finding[open]").length;
      dispatchEvent(new Event("afterprint"));
      told.after = document.querySelectorAll("details.finding[open]").length;
    """
    told = in_a_browser(html, script, tmp_path)
    assert (told["printed"], told["after"]) == (4, 0)


def test_a_mistake_in_a_page_is_noticed(html: str, tmp_path: Path) -> None:
    broken = html.replace("</main>", "<img src='http://127.0.0.1:9/x.png'><div style='width:3000px'>a</div></main>")
    told = in_a_browser(broken, "told.wide = document.documentElement.scrollWidth; throw new Error('mine');", tmp_path)
    assert "img-src" in told["failures"]
    assert "Error: mine" in told["failures"]
    assert told["wide"] > 2000
