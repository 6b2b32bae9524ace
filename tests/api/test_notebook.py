"""The magic ``%%rnnshape``, and how places in cells read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import rnnshape
from rnnshape._torch import user_location
from rnnshape._torch.frames import _cell_of
from rnnshape.report.location import Location

MODEL = """
class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = torch.nn.LSTM(10, 16, num_layers=2), torch.nn.Linear(32, 5)
    def forward(self, x):
        return self.fc(self.rnn(x)[1][0].view(6, -1))
made = Classifier()(torch.zeros(9, 6, 10))
"""


class Shell:
    """As much of IPython's shell as is asked."""

    def __init__(self) -> None:
        self.magics: dict[tuple[str, str], Callable[[str, str], Any]] = {}
        self.names: dict[str, Any] = {"torch": torch}
        self.compile = SimpleNamespace(format_code_name=lambda file: ("Cell", "In[5]") if file == "<cell 5>" else None)

    def register_magic_function(self, func: Callable[[str, str], Any], magic_kind: str, magic_name: str) -> None:
        self.magics[magic_kind, magic_name] = func

    def run_cell(self, raw_cell: str) -> None:
        exec(compile(raw_cell, "<cell 5>", "exec"), self.names)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell = Shell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    rnnshape.load_ipython_extension(shell)
    return shell


def test_a_cell_is_watched_and_its_result_is_the_report(shell: Shell) -> None:
    report = shell.magics["cell", "rnnshape"](" seq batch feature ", MODEL)
    [finding] = report.findings
    assert finding.code == "RNS203"
    assert str(finding.location) == "Cell In[5], line 7, in Classifier.forward"
    assert "Cell In[5], line 7" in finding.svg
    assert shell.names["made"].shape == (6, 5), "what the cell binds is the user's"
    assert report._repr_html_().count("<svg") == 1


def test_a_cell_without_axes_is_watched_too(shell: Shell) -> None:
    report = shell.magics["cell", "rnnshape"]("", "y = torch.nn.GRU(4, 8)(torch.zeros(5, 3, 4))")
    assert [event.calls for event in report.events] == [1]
    assert not report.findings


def test_other_files_are_no_cells(shell: Shell) -> None:
    assert _cell_of("<cell 5>") == "Cell In[5]"
    assert _cell_of(__file__) == ""
    location = user_location()
    assert location is not None
    assert location.file.endswith("test_notebook.py")
    assert str(Location("Cell In[5]", 8, "<module>")) == "Cell In[5], line 8"
    assert str(Location("train.py", 8)) == "train.py:8"


def test_without_a_shell_nothing_is_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert _cell_of("<cell 5>") == ""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert _cell_of("<cell 5>") == ""


def test_ipython_itself() -> None:
    pytest.importorskip("IPython")
    from IPython.testing.globalipapp import start_ipython  # pyright: ignore

    ip = start_ipython()
    ip.run_line_magic("load_ext", "rnnshape")
    ip.user_ns["torch"] = torch
    report = ip.run_cell_magic("rnnshape", "seq batch feature", MODEL)
    assert str(report.findings[0].location).startswith("Cell In[")
