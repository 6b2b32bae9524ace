"""Suites that were written for something else: nothing in them changes, and what is not used is not even imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLAIN = '''
import copy
import io
import logging
import pickle
import threading
import unittest
import warnings

import numpy
import pytest
import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, TensorDataset

seen = []

def note(*values):
    """Remember bytes of what was computed."""
    for value in values:
        seen.append(value.detach().numpy().tobytes().hex() if isinstance(value, torch.Tensor) else repr(value))

class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.LSTM(8, 6, num_layers=2, dropout=0.5, bidirectional=True, batch_first=True)
        self.head = nn.Linear(12, 3)
        self.calls = 0
        self.rnn.register_forward_hook(self.count)

    def count(self, *_):
        self.calls += 1

    def forward(self, words):
        """Tag words.

        >>> torch.manual_seed(0) and Tagger()(torch.zeros(2, 4, dtype=torch.long)).shape
        torch.Size([2, 4, 3])
        >>> nn.GRU(3, 4)(torch.zeros(5, 2, 3), torch.zeros(2, 2, 4))
        Traceback (most recent call last):
            ...
        RuntimeError: Expected hidden size (1, 2, 4), got [2, 2, 4]
        """
        return self.head(self.rnn(self.embed(words))[0])

@pytest.fixture
def model():
    torch.manual_seed(1)
    return Tagger()

@pytest.fixture
def words():
    return torch.randint(20, (6, 9))

def test_training(model, words):
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(5):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(words).flatten(0, 1), torch.zeros(54, dtype=torch.long))
        loss.backward()
        optimizer.step()
    note(loss, *(p for p in model.parameters()), *(p.grad for p in model.parameters()), torch.rand(3), model.calls)

def test_what_is_saved(model, words):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    again = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
    assert all(torch.equal(before[name], other.state_dict()[name]) for other in again for name in before)
    assert [type(m).__name__ for m in model.modules()] == [type(m).__name__ for m in again[1].modules()]
    note(len(file.getvalue()), sorted(vars(model.rnn)))

def test_the_log(model, words, caplog):
    caplog.set_level(logging.DEBUG)
    model(words)
    nn.GRU(3, 4)(torch.zeros(5, 3))
    logging.getLogger("model").info("ran")
    assert [record.getMessage() for record in caplog.records] == ["ran"]

def test_the_output(model, words, capfd, recwarn):
    model(words)
    nn.GRU(3, 4)(torch.zeros(5, 3))
    print("ran")
    assert capfd.readouterr() == ("ran\\n", "")
    assert not recwarn.list

def test_an_exception(model):
    with pytest.raises(RuntimeError, match=r"^Expected hidden size \\(1, 2, 4\\), got \\[2, 2, 4\\]$") as caught:
        nn.GRU(3, 4)(torch.zeros(5, 2, 3), torch.zeros(2, 2, 4))
    assert type(caught.value) is RuntimeError
    assert not hasattr(caught.value, "__notes__")
    with pytest.raises(IndexError, match="out of range in self$"):
        model(torch.full((2, 3), 99))

def test_a_loader(model):
    torch.manual_seed(2)
    loader = DataLoader(TensorDataset(torch.arange(60).view(20, 3) % 20, torch.zeros(20)), batch_size=4, shuffle=True)
    for words, _ in loader:
        note(words, model.eval()(words))

def test_threads(model, words):
    def work():
        found.append(model.eval()(words))
    found = []
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.equal(found[0], found[1])
    note(found[2])

def test_a_mode_of_its_own(model, words):
    class Count(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            names.append(getattr(func, "__name__", str(func)))
            return func(*args, **(kwargs or {}))
    names = []
    with Count():
        model(words).sum().backward()
    note(names)

@pytest.mark.filterwarnings("ignore")
def test_tracing(model, words):
    traced = torch.jit.trace(model.eval(), words, check_trace=False)
    note(traced(words))

def test_numpy():
    values = numpy.random.default_rng(0).normal(size=(6, 9))
    assert values.T.shape == (9, 6)
    note(values.sum())

class TestInUnittest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(3)
        self.rnn = nn.GRUCell(4, 5)

    def test_a_cell(self):
        h = torch.zeros(6, 5)
        for x in torch.rand(9, 6, 4):
            h = self.rnn(x, h)
        note(h)

    def test_warning(self):
        with self.assertWarns(UserWarning):
            warnings.warn("its own")

@pytest.fixture(scope="session", autouse=True)
def results():
    yield
    with open("results.json", "w") as file:
        file.write(repr(seen))
'''


def how_it_went(suite: Any, *options: str) -> tuple[list[str], str, list[str]]:
    (suite.path / "results.json").unlink(missing_ok=True)
    ran = suite.run(PLAIN, "-v", "--doctest-modules", *options, subprocess=True)
    results = (suite.path / "results.json").read_text()
    return [line.split(" [")[0].rstrip() for line in ran.lines if "::" in line and "%]" in line], results, ran.section()


def test_a_plain_suite_stays_as_it_is(suite: Any) -> None:
    suite.ini("filterwarnings = error")
    plain = how_it_went(suite, "-p", "no:rnnshape")
    assert len(plain[0]) == 13
    assert all(line.endswith("PASSED") for line in plain[0])
    assert len(plain[1]) > 10_000
    watched = how_it_went(suite, "--rnnshape", "--rnnshape-track=all")
    assert watched[:2] == plain[:2]
    assert how_it_went(suite)[:2] == plain[:2]
    assert plain[2] == []
    assert watched[2][0] == "RNS112 warning: 2-D input read as one unbatched sequence"
    assert [line for line in watched[2] if "::" in line] == [
        "    test_it.py::test_the_log (passed)",
        "    test_it.py::test_the_output (passed)",
        "    test_it.py::test_tracing",
    ]


@pytest.mark.parametrize(
    "start",
    [
        ["-c", "import sys, rnnshape, pytest; sys.exit(pytest.main(sys.argv[1:]))"],
        ["-m", "rnnshape", "run", "--fail-on=error", "-m", "pytest"],
    ],
    ids=["main", "rnnshape run"],
)
def test_a_process_that_has_imported_rnnshape_before_pytest(suite: Any, start: list[str]) -> None:
    suite.ini("filterwarnings = error")
    (suite.path / "test_it.py").write_text("from model import *\ndef test_right():\n    RIGHT(X)\n")
    done = subprocess.run([sys.executable, *start], cwd=suite.path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed in" in done.stdout


LOADED = """
import json, sys

def pytest_unconfigure(config):
    names = ("torch", "numpy", "rich", "click", "jaxtyping", "beartype", "hypothesis")
    ours = [name for name in sys.modules if name.split(".")[0] == "rnnshape"]
    print("LOADED", json.dumps([sorted(name for name in names if name in sys.modules), sorted(ours)]))
"""
ALONE = """
def test_plain(): pass
def test_fails(): assert 1 == 2
"""


def loaded(folder: Path, source: str, *options: str) -> tuple[list[str], list[str]]:
    """Run tests with no other plugin, and return which heavy packages, and which modules of ours, were loaded at the end."""
    (folder / "test_it.py").write_text(source)
    (folder / "conftest.py").write_text(LOADED)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "rnnshape", *options]
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    heavy, ours = json.loads(line.removeprefix("LOADED"))
    return heavy, ours


def test_nothing_is_imported_where_nothing_is_used(tmp_path: Path) -> None:
    heavy, ours = loaded(tmp_path, "def test_plain(): pass\n")
    assert heavy == []
    assert ours == ["rnnshape", "rnnshape.pytest_plugin"]


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (ALONE, ()),
        ("def test_predict(rnn_predict): rnn_predict('GRU', 4, 8)\n", ()),
        ("import pytest\n@pytest.mark.rnn_specs(mode='GRU')\ndef test_specs(rnn_spec): pass\n", ()),
        ("def test_plain(): pass\n", ("--rnnshape-fail-on=warning", "--rnnshape-report=found.jsonl")),
    ],
    ids=["a failing test", "rnn_predict", "rnn_specs", "options"],
)
def test_torch_is_not_imported_before_a_test_is_watched(tmp_path: Path, source: str, options: tuple[str, ...]) -> None:
    heavy, _ = loaded(tmp_path, source, *options)
    assert heavy == []


def test_a_watched_test_imports_torch(tmp_path: Path) -> None:
    heavy, _ = loaded(tmp_path, "def test_plain(): pass\n", "--rnnshape")
    assert "torch" in heavy
    assert not {"rich", "click"} & set(heavy)
