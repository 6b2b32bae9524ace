"""``rnnshape probe``: a live model, on random inputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from rnnshape import __version__
from rnnshape.cli import main
from rnnshape.render.forms import Form

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

class Raises(Apart):
    def forward(self, x):
        return {}["vocab"]
"""


@pytest.fixture(autouse=True)
def _models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probed_models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "probed_models", raising=False)


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["probe", *args])
    return done.exit_code, done.output


def test_samples_that_are_apart() -> None:
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4")
    assert code == 0
    assert said.startswith("samples: apart\n")


def test_nothing_that_could_be_measured_is_a_failure() -> None:
    code, said = run("probed_models:Raises", "batch=3 seq=5 feature=4")
    assert code == 3
    assert "not tried:\n  the copy raised KeyError: 'vocab'" in said
    assert run("probed_models:Raises", "batch=3 seq=5 feature=4", "--fail-on", "never")[0] == 0


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


# Forms for machines

MACHINES = [form for form in get_args(Form) if form != "text"]
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("form", MACHINES)
def test_the_whole_file(form: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    code, said = run("probed_models:Mixed", "batch=3 seq=5 feature=4", "--format", form, "--output", "out")
    assert (code, said) == (3, "")
    text = (tmp_path / "out").read_text(encoding="utf-8")
    text = text.replace(tmp_path.as_uri(), "file:///project").replace(f'"{__version__}"', '"VERSION"')
    file = GOLDEN / f"probe.{form}"
    if request.config.getoption("--update"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_what_the_forms_mean() -> None:
    def of(form: str) -> str:
        return run("probed_models:Mixed", "batch=3 seq=5 feature=4", "--format", form)[1]

    [result] = json.loads(of("sarif"))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("RNS601", "warning")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 14
    assert of("github").startswith("::warning file=probed_models.py,line=14")
    assert json.loads(of("jsonl").splitlines()[0])["code"] == "RNS601"
    assert ElementTree.fromstring(of("junit")).find(".//failure") is not None
    page = of("html")
    assert "they meet in cumsum" in page
    assert page.count('id="measured"') == 1
    assert "samples together, order together, states apart, use apart" in page
    assert "not looked at: padding: no input is known to be padded; rnnshape.probe takes lengths=" in page


def test_samples_that_are_apart_are_no_result() -> None:
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4", "--format", "sarif")
    assert code == 0
    assert json.loads(said)["runs"][0]["results"] == []
    said = run("probed_models:Apart", "batch=3 seq=5 feature=4", "--format", "github")[1]
    heading = "::notice title=rnnshape%3A not looked at::"
    assert said == f"{heading}padding: no input is known to be padded; rnnshape.probe takes lengths=\n"


def test_text_goes_to_a_file(tmp_path: Path) -> None:
    assert run("probed_models:Apart", "batch=3 seq=5 feature=4", "--output", "out.txt") == (0, "")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").startswith("samples: apart\n")


def test_what_fails() -> None:
    mixed = ("probed_models:Mixed", "batch=3 seq=5 feature=4")
    assert run(*mixed, "--fail-on", "error")[0] == 0
    assert run(*mixed, "--fail-on", "warning")[0] == 3
    code, said = run(*mixed, "--baseline", "base.json", "--update-baseline")
    assert code == 0
    assert "base.json accepts 1 finding from now on" in said
    assert run(*mixed, "--baseline", "base.json")[0] == 0
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4", "--baseline", "base.json")
    assert code == 3
    assert "stale: base.json accepts what nobody finds any more: RNS601 probed_models.py" in said


def test_a_form_that_is_not_json() -> None:
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4", "--json", "--format", "sarif")
    assert code == 2
    assert "--json is --format json, and goes with no --format sarif" in said


def test_a_file_that_cannot_be_written() -> None:
    code, said = run("probed_models:Apart", "batch=3 seq=5 feature=4", "--output", "nowhere/out.json")
    assert code == 2
    assert "nowhere/out.json" in said


def test_a_model_without_a_layout() -> None:
    code, said = run("probed_models:Apart")
    assert code == 2
    assert said.startswith("Usage: main probe [OPTIONS] MODULE:FACTORY LAYOUT...\n")
    assert said.endswith(
        "Error: Missing argument 'LAYOUT...': say what goes into the model, a Layout for each input, as in "
        'rnnshape probe probed_models:Apart "batch=6 seq=9 feature=10"\n'
    )


PLACES = '''
class Padded(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(9, 4), nn.GRU(4, 8, batch_first=True)
    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        return self.rnn(packed)[1][0]

class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(4, 8)
    def forward(self, x, states):
        return self.cell(x, states)[0]

class Named(Apart):
    def forward(self, given):
        return self.rnn(given["x"] * given["on"][:, None, None])[0]
'''


@pytest.fixture
def places(tmp_path: Path) -> None:
    (tmp_path / "probed_models.py").write_text(MODELS + PLACES)


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    "layouts",
    [
        ("Padded", "batch=4 seq=5: int64", "batch: [5, 2, 4, 3]"),
        ("Padded", "batch=4 seq=5", "batch: [5, 2, 4, 3]", "--tokens", "7"),
        ("Step", "batch=4 feature=4", '["batch=4 hidden=8", "batch=4 hidden=8"]'),
        ("Named", '{"x": "batch=4 seq=5 feature=4", "on": "batch=4: bool"}'),
    ],
    ids=["lengths", "tokens", "states", "a dict"],
)
def test_what_is_said_of_an_input_as_for_predict(layouts: tuple[str, ...]) -> None:
    code, said = run(f"probed_models:{layouts[0]}", *layouts[1:], "--json")
    assert code == 0, said
    verdicts = {made["name"]: made["verdict"] for made in json.loads(said)["experiments"]}
    assert verdicts["samples"] == verdicts["order"] == "apart"


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("layouts", "said"),
    [
        (
            ("Padded", "batch=4 seq=5: int64"),
            "Padded.forward does not take 1 input: missing a required argument: 'lengths'",
        ),
        (
            ("Apart", "batch=3 seq=5 feature=4", "batch=3"),
            "Apart.forward does not take 2 inputs: too many positional arguments",
        ),
        (
            ("Apart", "batch=3 seq=5 feature=4: int64"),
            "input 1: whole numbers below what? Say --tokens N, or values, as in 'batch: [9, 7, 3]'",
        ),
        (("Apart", "batch=3 seq=5: int46"), "input 1: 'int46' is no dtype; did you mean 'int64'?"),
        (
            ("Apart", '["batch=3 seq=5"'),
            "input 1: '[\"batch=3 seq=5\"' is no JSON: Expecting ',' delimiter: line 1 column 17 (char 16)",
        ),
        (("Apart", "[3]"), "'[3]': 3 is no Layout"),
    ],
    ids=["too few", "too many", "whole numbers", "no dtype", "no JSON", "no Layout"],
)
def test_what_a_model_does_not_take_is_a_mistake_of_the_call(layouts: tuple[str, ...], said: str) -> None:
    code, printed = run(f"probed_models:{layouts[0]}", *layouts[1:])
    assert code == 2, printed
    assert printed.endswith(f"Error: {said}\n")
    assert "not tried" not in printed
