"""Suites of tests that pytester runs, and what they print."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
import torch
from torch import nn

import rnnshape

MODEL = """
    import torch
    from torch import nn

    class Classifier(nn.Module):
        def __init__(self, right=False):
            super().__init__()
            self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
            self.fc = nn.Linear(64, 5)
            self.right = right

        def forward(self, x):
            _, (h_n, _) = self.rnn(x)
            if self.right:
                h_n = h_n.transpose(0, 1).contiguous()
            return self.fc(h_n.view(x.size(0), -1))

    RIGHT, WRONG = Classifier(right=True), Classifier()
    X = torch.zeros(6, 9, 10)

    def unbatched():
        return nn.GRU(10, 16)(X[0])

    def refused():
        return nn.GRU(10, 16)(X, torch.zeros(2, 9, 16))
"""
FIRST = "import pytest, torch, unittest\nfrom torch import nn\nfrom model import *\n"
FRAMES = ("class_call.py", "observer.py", "track.py", "session.py", "watching.py", "layout.py", "spec.py", "pytest_plugin/")


def _without_names(lines: list[str]) -> list[str]:
    """Leave out that nobody has named the batch of these models, which the tests of naming have."""
    kept: list[str] = []
    skips = False
    for line in lines:
        of_names = "nobody has named" in line or "a batch of one" in line
        skips = line.startswith("  ") and (of_names or (skips and line.startswith("    ")))
        if not skips:
            kept += [line]
    for heading in ("assumed", "not looked at"):
        at = kept.index(heading) if heading in kept else -1
        if at >= 0 and not (len(kept) > at + 1 and kept[at + 1].startswith("  ")):
            del kept[at]
    return kept


class Ran:
    """What a suite printed, and how its tests ended."""

    def __init__(self, result: pytest.RunResult) -> None:
        self.ret = result.ret
        self.lines = result.outlines
        self.errors = result.errlines
        ended = result.parseoutcomes() if self.lines else {}
        self.outcomes = {name: number for name, number in ended.items() if name != "warnings"}

    def section(self, title: str = "= rnnshape =", end: str = "===") -> list[str]:
        """Return the lines under a title, of which there is at most one."""
        starts = [number for number, line in enumerate(self.lines) if title in line]
        assert len(starts) <= 1
        lines = self.lines[starts[0] + 1 :] if starts else []
        return _without_names(lines[: next((number for number, line in enumerate(lines) if line.startswith(end)), None)])

    def says(self, *lines: str) -> bool:
        """Tell whether lines that begin like these were printed, in this order."""
        left = iter(self.lines)
        return all(any(line.startswith(wanted) for line in left) for wanted in lines)

    def has_a_frame_of_ours(self) -> bool:
        return any(name in line for name in FRAMES for line in [*self.lines, *self.errors])


class Suite:
    """A folder with tests, which have the module ``model`` beside them."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        pytester.makepyfile(model=MODEL)

    def ini(self, *lines: str) -> None:
        self._pytester.makeini("\n".join(["[pytest]", "addopts = --strict-config --strict-markers", *lines]))

    def found(self) -> list[str]:
        """Return the lines of the report file, but for what is said of names."""
        lines = (self.path / "found.jsonl").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if "nobody has named" not in line and "a batch of one" not in line]

    def run(self, source: str, *options: str, subprocess: bool = False) -> Ran:
        """Run a file of tests."""
        self._pytester.makepyfile(test_it=FIRST + source)
        run = self._pytester.runpytest_subprocess if subprocess else self._pytester.runpytest_inprocess
        return Ran(run("-p", "no:cacheprovider", *options))


@pytest.fixture(scope="session", autouse=True)
def _everything_is_loaded() -> None:
    """Load what pytester would forget again; a second copy of a module of ours knows nothing of the first."""
    for module in pkgutil.walk_packages(rnnshape.__path__, "rnnshape."):
        if not module.name.endswith("__main__") and not module.name.startswith("rnnshape.integrations."):
            import_module(module.name)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Suite]:
    monkeypatch.setenv("COLUMNS", "300")
    yield Suite(pytester)
    assert "__call__" not in vars(nn.RNNBase)
    assert not torch._C._len_torch_function_stack()
