"""The workflows in .github: they fit the schema for workflows, and test the range that pyproject.toml declares."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from versions import FAST, ROOT, declared

from rnnshape import Report
from rnnshape.render.terminal import console, print_report
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location

ACTION = ROOT / ".github" / "actions" / "rnnshape" / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

linted = pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is not installed; it is in .[dev]")


def lint(*files: Path, schema: str = "workflows") -> subprocess.CompletedProcess[str]:
    """Hold files against the schema for workflows or for actions, which comes with the linter."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.github-{schema}", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@linted
def test_the_workflows_fit_the_schema() -> None:
    done = lint(*WORKFLOWS)
    assert done.returncode == 0, done.stdout


@linted
def test_a_broken_workflow_is_noticed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on", "run-on"), encoding="utf-8")
    assert "'runs-on' is a required property" in lint(broken).stdout


def test_the_matrix_goes_from_the_oldest_that_is_declared_to_the_newest_that_is_tested() -> None:
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    axes = {name: re.findall(r'"([\d.]+)', values) for name, values in re.findall(r"^        (\w+): \[(.*)\]$", text, re.M)}
    low = declared()
    assert axes["torch"] == [f"{low['torch']}.", "2.9.", "2.13."]
    assert axes["numpy"] == [f"{low['numpy']}.", "2."]
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert oldest is not None
    assert axes["python"] == [oldest[1], "3.12", "3.13"]
    assert re.search(r"os: \[ubuntu-latest, macos-latest, windows-latest\]", text)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_runs_what_exists_and_names_no_index(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.findall(r"(?:python|bash) ((?:tests|\.ci)/\S+)", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert "://" not in text
    assert "index-url" not in text


# What others use


@linted
def test_the_action_fits_the_schema(tmp_path: Path) -> None:
    done = lint(ACTION, schema="actions")
    assert done.returncode == 0, done.stdout
    broken = tmp_path / "action.yml"
    broken.write_text(ACTION.read_text(encoding="utf-8").replace("using: composite", "with: composite"), encoding="utf-8")
    assert lint(broken, schema="actions").returncode == 1


@linted
@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda file: file.stem)
def test_an_issue_form_fits_the_schema(file: Path) -> None:
    done = lint(file, schema="issue-forms")
    assert done.returncode == 0, done.stdout


def steps(text: str) -> list[str]:
    """Return the script of each step of the action."""
    found = re.findall(r"^      run: (?:\|\n)?((?:.+\n?)(?:        .*\n?)*)", text, re.MULTILINE)
    return [textwrap.dedent(step) for step in found]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are bash")
@pytest.mark.parametrize(("sarif", "told"), [("", "::error file=train.py,line=3,title=RNS102 "), ("out.sarif", "RNS102")])
def test_the_action_marks_lines_and_fails(sarif: str, told: str, tmp_path: Path) -> None:
    wrong = "import torch\nfrom torch import nn\ntry: nn.GRU(4, 8)(torch.zeros(9, 6, 5))\nexcept Exception: pass\n"
    (tmp_path / "train.py").write_text(wrong, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "SCRIPT": "train.py", "FAIL_ON": "error", "BASELINE": "", "SARIF": sarif}
    script = steps(ACTION.read_text(encoding="utf-8"))[1]
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert told in done.stderr
    assert (tmp_path / "out.sarif").exists() is bool(sarif)


def test_the_matcher_finds_the_lines_of_the_text() -> None:
    place = Location("src/train.py", 41, "Net.forward", "h_n.view(6, -1)")
    told = [Finding("RNS203", "error", "samples mixed", "net.fc", place), Finding("RNS112", "warning", "one sequence")]
    report = Report()
    for finding in told:
        report.add(finding)
    to = console()
    with to.capture() as captured:
        print_report(report, "train.py", to)
    [matcher] = json.loads((ROOT / ".github" / "rnnshape-matcher.json").read_text(encoding="utf-8"))["problemMatcher"]
    first, second = matcher["pattern"]
    lines = captured.get().splitlines()
    pairs = [(re.fullmatch(first["regexp"], a), re.fullmatch(second["regexp"], b)) for a, b in pairwise(lines)]
    names = ("file", "line", "code", "severity")
    found = [(*(a[first[name]] for name in names), b[second["message"]]) for a, b in pairs if a and b]
    assert found == [("src/train.py", "41", "RNS203", "error", "h_n.view(6, -1)")]


def test_the_fast_part_exists() -> None:
    assert [path for path in FAST if not (ROOT / path).exists()] == []
