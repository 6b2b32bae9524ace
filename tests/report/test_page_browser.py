"""The page in a real browser: nothing fails, nothing leaves, filters work, nothing overflows. Skipped without chromium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from paged import HOSTILE, of_several_kinds

from rnnshape.render.html import page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WATCHES = """<script>
window.failures = [];
addEventListener("error", (event) => failures.push(String(event.message)));
addEventListener("securitypolicyviolation", (event) => failures.push(event.violatedDirective));
for (const kind of ["error", "warn"]) console[kind] = (...words) => failures.push(words.join(" "));
</script>"""
TELLS = """<script>addEventListener("load", () => {
  const told = { failures, title: document.title, requests: performance.getEntriesByType("resource").map((e) => e.name) };
  try { %s } catch (error) { told.failures.push(String(error)); }
  const pre = document.createElement("pre"); pre.id = "told"; pre.textContent = JSON.stringify(told); document.body.append(pre);
});</script>"""

NARROWEST = 500
"""Of the windows that chromium opens, in pixels."""

FRAME = """<!doctype html><iframe style="width:{width}px;height:900px;border:0" srcdoc="{html}"></iframe>
<script>addEventListener("load", () => {{
  const inner = document.querySelector("iframe").contentDocument;
  document.body.append(inner.querySelector("#told"));
}});</script>"""


def in_a_browser(html: str, script: str, folder: Path, width: int = 1000) -> dict[str, Any]:
    """Open a page, run a script that adds to ``told``, and return that. A frame stands for a window that is too narrow."""
    file = folder / "page.html"
    html = html.replace("<head>", f"<head>{WATCHES}", 1).replace("</body>", f"{TELLS % script}</body>", 1)
    if width < NARROWEST:
        html = FRAME.format(width=width, html=escape(html))
    file.write_text(html, encoding="utf-8")
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
        "--no-first-run", f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900", "--virtual-time-budget=3000",
        "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(unescape(found.group(1)))


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
    assert told["pictures"] == [True] * 3
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
