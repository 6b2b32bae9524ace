"""``--format``, ``--output`` and ``--baseline`` of the commands but ``run``, which has its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from test_cli import GRU, cli, error, printed

from rnnshape import predict
from rnnshape.report.catalogue import RULES

WRONG = """
[input]
layout = "batch=4 seq=4 feature=8"

[[layer]]
type = "GRU"
input_size = 8
hidden_size = 8

[[layer]]
type = "last_state"
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a file in which a layer takes steps for samples."""
    monkeypatch.chdir(tmp_path)
    Path("model.toml").write_text(WRONG)
    return "model.toml"


def test_json_has_two_names() -> None:
    assert printed(*GRU, "--json") == printed(*GRU, "--format", "json")
    assert json.loads(printed(*GRU, "--json")) == predict("GRU", 4, 8).to_dict()
    assert printed("explain", "RNS203", "--json") == printed("explain", "RNS203", "--format", "json")
    assert json.loads(printed("explain", "RNS203", "--format", "json")) == [RULES["RNS203"].to_dict()]
    assert printed("rules", "--json") == printed("rules", "--format", "json")


def test_a_file_gets_what_stdout_would(tmp_path: Path) -> None:
    for form in ("text", "json"):
        words = (*GRU, "--format", form)
        assert printed(*words, "--output", str(tmp_path / "out")) == ""
        assert (tmp_path / "out").read_text() == printed(*words) == printed(*words, "--output", "-")


@pytest.mark.parametrize(
    ("form", "part"),
    [("sarif", '"ruleId": "RNS201"'), ("github", "::error file=model.toml,line=6,"), ("junit", "RNS201"), ("jsonl", '"RNS201"'),
     ("html", 'data-code="RNS201"'), ("json", '"RNS201"'), ("text", "RNS201 error")],
)  # fmt: skip
def test_findings_of_a_model(form: str, part: str, model: str) -> None:
    assert part in printed("predict", model, "--format", form)


def test_a_baseline_of_a_model(model: str) -> None:
    made = cli("predict", model, "--baseline", "base.json", "--update-baseline")
    assert (made.exit_code, made.stderr) == (0, "rnnshape: base.json accepts 1 finding from now on\n")
    assert cli("predict", model, "--baseline", "base.json").exit_code == 0
    assert '"kind": "external"' in printed("predict", model, "--baseline", "base.json", "--format", "sarif")
    Path(model).write_text(WRONG.replace("hidden_size = 8", "hidden_size = 8\nbatch_first = true"))
    mended = cli("predict", model, "--baseline", "base.json")
    assert mended.exit_code == 3
    assert mended.stderr.startswith("stale: base.json accepts what nobody finds any more: RNS201 model.toml: ")


def test_without_a_baseline_findings_do_not_fail(model: str) -> None:
    assert cli("predict", model).exit_code == 0
    assert cli("predict", model, "--fail-on", "error").exit_code == 3


def test_letters_that_stdout_lacks(model: str) -> None:
    command = [sys.executable, "-m", "rnnshape", "predict", model]
    env = {**os.environ, "PYTHONIOENCODING": "cp1252"}  # that of a pipe on Windows
    done = subprocess.run(command, capture_output=True, text=True, encoding="cp1252", check=True, env=env)
    assert "\n?? gru GRU(8, 8)" in done.stdout


@pytest.mark.parametrize("output", [(), ("--output", "-")])
def test_nobody_reads_what_is_printed(output: tuple[str, ...], model: str) -> None:
    """As in ``rnnshape predict ... | head -2``: it ends quietly, and the exit code says what was found."""
    for words, code in ((GRU, 0), (("predict", model, "--fail-on", "error"), 3)):
        end_with_nobody_reading((*words, *output), code)


@pytest.mark.parametrize("words", [("explain",), ("explain", "--json"), ("explain", "RNS103"), ("rules",)])
def test_nobody_reads_what_is_explained(words: tuple[str, ...]) -> None:
    end_with_nobody_reading(words, 0)


def end_with_nobody_reading(words: tuple[str, ...], code: int) -> None:
    """Run a command whose output is a closed pipe: it says nothing, and its exit code is this."""
    done = forked.run("-m", "rnnshape", *words, folder=Path(), unread=True)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("predict", "gru", "--format", "sarif"),
         "--format sarif lists findings, and a layer given by its name has none; use text or json"),
        (("predict", "gru", "--json", "--format", "sarif"), "--json is --format json, and goes with no --format sarif"),
        (("predict", "a.toml", "--update-baseline"),
         "--update-baseline writes a baseline; name its file, as in: --baseline rnnshape.baseline.json"),
        (("predict", "a.toml", "--baseline", "none.json"),
         "none.json: there is no such baseline; --update-baseline makes it of what is found now"),
        (("predict", "gru", "--output", "none/out"),
         "Invalid value for '--output': [Errno 2] No such file or directory: 'none/out'"),
        (("run", "--update-baseline", "a.py"),
         "--update-baseline writes a baseline; name its file, as in: --baseline rnnshape.baseline.json"),
        (("rules", "--format", "sarif"), "Invalid value for '--format': 'sarif' is not one of 'text', 'json'."),
    ],
)  # fmt: skip
def test_mistakes(words: tuple[str, ...], message: str) -> None:
    assert error(*words) == message


def test_the_order_of_the_options_is_free(model: str) -> None:
    assert cli("predict", model, "--update-baseline", "--baseline", "base.json").exit_code == 0
