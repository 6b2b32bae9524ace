"""``rnnshape probe``: a live model, on random inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnshape.cli import main

MODELS = """
import torch
from torch import nn

class Apart(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
    def forward(self, x):
        return self.rnn(x)[0]

class Mixed(Apart):
    def forward(self, x):
        return self.rnn(x)[0].cumsum(0)

def tokens():
    return nn.Sequential(nn.Embedding(9, 4), Apart())
"""


@pytest.fixture(autouse=True)
def _models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probed_models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["probe", *args])
    return done.exit_code, done.output


def test_samples_that_are_apart() -> None:
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4")
    assert code == 0
    assert said.startswith("samples: apart\n")


def test_samples_that_meet() -> None:
    code, said = run("probed_models:Mixed", "batch=3 seq=5 feature=4")
    assert code == 3
    assert "they meet in cumsum" in said
    code, said = run("probed_models:Mixed", "batch=3 seq=5 feature=4", "--json")
    assert json.loads(said)["experiments"][0]["verdict"] == "together"


def test_tokens_and_causal() -> None:
    code, said = run("probed_models:tokens", "batch=3 seq=5", "--tokens", "9", "--causal")
    assert code == 0
    assert "future: apart" in said


def test_a_layout_without_sizes() -> None:
    code, said = run("probed_models:Apart", "batch seq feature=4")
    assert code == 2
    assert "every axis needs a size, as in 'batch=6 seq=9 feature=10'" in said
