"""A real browser, headless: what a page says of itself once it is open. There is none where `CHROMIUM` is None."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

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
