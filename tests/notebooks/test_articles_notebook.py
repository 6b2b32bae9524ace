"""The notebook of the two articles runs from above to below, and shows what is kept in it.

``pytest tests/notebooks --update`` runs it and writes what it shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, in_a_browser
from pictured import parsed

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "examples" / "articles.ipynb"
pytestmark = pytest.mark.filterwarnings("default")  # of zmq and jupyter, which are not ours


@pytest.fixture(scope="module")
def ran() -> Any:
    """The notebook as it is after a run."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times
    return notebook


def outputs(notebook: Any) -> list[list[Any]]:
    """Return what each cell of code shows."""
    return [[_plain(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: Any, form: str) -> list[str]:
    """Return what cells show in a form, such as "text/html"."""
    return [output[form] for cell in outputs(notebook) for output in cell if isinstance(output, dict) and form in output]


def _plain(output: Any) -> Any:
    return output.get("text") or dict(output.get("data", {})) or dict(output)


def test_it_shows_what_is_kept_in_it(ran: Any, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        nbformat.write(ran, NOTEBOOK)
    assert outputs(ran) == outputs(nbformat.read(NOTEBOOK, as_version=4))


def test_every_claim_holds(ran: Any) -> None:
    said = "\n".join(output for cell in outputs(ran) for output in cell if isinstance(output, str))
    assert "it learns: True" in said
    assert said.count("True") == 6
    assert re.findall(r".*False", said) == ["reverse, last layer: output[:, -1, 4:] is h_n[-1]: False"]
    assert "1 recurrent layer, 1 call | 0 findings" in said


def test_it_has_the_pictures(ran: Any) -> None:
    drawn = [html for html in shown(ran, "text/html") if "<svg" in html]
    assert len(drawn) == 7
    for html in drawn:
        parsed(html[html.index("<svg") : html.index("</svg>") + len("</svg>")])


def test_places_are_those_of_cells(ran: Any) -> None:
    [finding] = [text for text in shown(ran, "text/plain") if text.startswith("RNS203")]
    assert re.search(r"\(Cell In\[\d+\], line 9, in Classifier.forward\)$", finding)


def test_it_names_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert "ipykernel_" not in text
    assert len(text) < 500_000


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
@pytest.mark.parametrize("width", [800, 1600])
def test_it_becomes_a_page_that_a_browser_shows(ran: Any, width: int, tmp_path: Path) -> None:
    urls = dict.fromkeys(("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url"), "")  # those that would leave
    exporter = pytest.importorskip("nbconvert").HTMLExporter(**urls)
    html, _ = exporter.from_notebook_node(ran)
    script = """
      told.pictures = [...document.querySelectorAll("svg[role=img]")].map((n) => n.getBoundingClientRect())
        .map((box) => box.height > 40 && box.right <= innerWidth);
      told.chips = document.querySelectorAll("td span code").length;
    """
    told = in_a_browser(html, script, tmp_path, width)
    assert told["failures"] == []
    assert [name for name in told["requests"] if not name.startswith("data:")] == []
    assert told["pictures"] == [True] * 7
    assert told["chips"] > 10
