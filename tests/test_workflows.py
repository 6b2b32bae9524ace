"""The workflows in .github: they fit the schema for workflows, and test the range that pyproject.toml declares."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from versions import FAST, ROOT, declared

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

linted = pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is not installed; it is in .[dev]")


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Hold files against the schema for workflows, which comes with the linter."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, files)]
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


def test_the_fast_part_exists() -> None:
    assert [path for path in FAST if not (ROOT / path).exists()] == []
