"""`Session`: whoever follows a call names the same line for the same mistake, as one place puts together what is needed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import forked
import pytest
from checked import nobody_stands_in_classes  # noqa: F401

from rnnshape import ContractError, check, diagnose, predict, watch
from rnnshape.report.finding import Finding

SOURCE = """\
import torch
from torch import nn

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, num_layers=2, batch_first=True)

    def forward(self, x):
        h0 = torch.zeros(1, x.size(0), 8)
        c0 = torch.zeros(1, x.size(0), 8)
        output, _ = self.rnn(x, (h0, c0))
        return output[:, -1]

X = torch.zeros(6, 9, 4)

def test_it():
    Classifier()(X)

if __name__ == "__main__":
    test_it()
"""
MADE, USED = (1 + SOURCE.split("\n").index(line) for line in SOURCE.split("\n") if "h0 =" in line or "(h0, c0)" in line)
CODE = "h0 = torch.zeros(1, x.size(0), 8)"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module in a file of its own, in the folder that the test is in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RNNSHAPE", raising=False)
    (tmp_path / "model.py").write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("model", tmp_path / "model.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def diagnosed(model: ModuleType) -> tuple[Finding, ...]:
    return diagnose(model.Classifier(), model.X, axes="batch seq feature").findings


def watched(model: ModuleType) -> tuple[Finding, ...]:
    net = model.Classifier()
    with watch(net, track=3) as report, pytest.raises(ContractError):
        net(model.X)
    return report.findings


def watched_with_everything(model: ModuleType) -> tuple[Finding, ...]:
    with watch(track=3) as report, pytest.raises(ContractError):
        model.Classifier()(model.X)
    return report.findings


def checked(model: ModuleType) -> tuple[Finding, ...]:
    with pytest.raises(ContractError) as caught:
        check(model.Classifier())(model.X)
    return caught.value.findings


def checked_from_outside(model: ModuleType) -> tuple[Finding, ...]:
    net = model.Classifier()
    with pytest.raises(ContractError) as caught:
        check(lambda x: net(x))(model.X)
    return caught.value.findings


def dry_run(model: ModuleType) -> tuple[Finding, ...]:
    return predict(model.Classifier(), "batch=6 seq=9 feature=4").findings


WAYS = [diagnosed, watched, watched_with_everything, checked, checked_from_outside, dry_run]


@pytest.mark.parametrize("way", WAYS)
def test_a_state_is_wrong_at_the_line_that_made_it(way: Callable[[ModuleType], tuple[Finding, ...]], model: ModuleType) -> None:
    found = [f for f in way(model) if f.code == "RNS103"]
    assert [(f.location.line, f.location.code) for f in found if f.location] == [(MADE, "h0 = torch.zeros(1, x.size(0), 8)")]
    assert f"  used at model.py:{USED}, in Classifier.forward:  output, _ = self.rnn(x, (h0, c0))" in found[0].details


def test_without_following_it_is_wrong_at_the_call(model: ModuleType) -> None:
    with watch(on="record") as report, pytest.raises(RuntimeError):
        model.Classifier()(model.X)
    assert [f.location.line for f in report.findings if f.location and f.code == "RNS103"] == [USED]


def test_run_too(model: ModuleType, tmp_path: Path) -> None:
    """The report is below the traceback."""
    done = forked.run("-m", "rnnshape", "run", "model.py", folder=tmp_path)
    place = f"RNS103 error: state with another number of rows    model.py:{MADE}, in Classifier.forward\n    {CODE}\n"
    assert place in done.stdout + done.stderr


def test_pytest_too(model: ModuleType, tmp_path: Path) -> None:
    done = forked.run("-m", "pytest", "--rnnshape", "-p", "no:cacheprovider", "-q", "model.py", folder=tmp_path)
    lines = [line.strip() for line in (done.stdout + done.stderr).split("\n")]
    place = f"at model.py:{MADE}, in Classifier.forward:  {CODE}"
    assert [line for line in lines if line.startswith("at model.py:")][:1] == [place]
