"""What the README and the pages show beside their doctests: outputs of commands, and that commands, links and rules exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import forked

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = {path.stem: path.read_text() for path in (ROOT / "docs").glob("*.md")}
LONGEST = 12_000
"""Letters of a README that is read."""


def test_the_first_command_prints_what_is_shown() -> None:
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    command = [sys.executable, "-m", "rnnshape", "run", "examples/sine_wave.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == shown.group(1).strip()
    assert "training:" in done.stdout


def test_the_commands_that_ci_runs_are_there() -> None:
    for marker in ("try", "test"):
        block = re.search(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", README)
        assert block is not None
        assert "torch==2.13.0" in block.group(1)
        assert "\n" not in block.group(1)


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [f"docs/{page}.md" for page in PAGES if f"docs/{page}.md" not in links] == []
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors


def test_it_fits_on_a_page() -> None:
    assert len(README) < LONGEST


def test_the_numbers_of_cases_are_those_of_the_suite() -> None:
    from test_cases import MISSES
    from test_right import MODELS

    cases = len(list((ROOT / "tests" / "cases").glob("*/buggy.py")))
    said = re.search(r"Of (\d+) bugs with corrected twins .* it finds (\d+);.*and (\d+) more correct models", README, re.DOTALL)
    assert said is not None
    assert [int(number) for number in said.groups()] == [cases, cases - len(MISSES), len(MODELS)]


def test_the_test_that_is_shown_fails_as_shown(tmp_path: Path) -> None:
    shown = re.search(r"```python\n(import pytest\n.*?)```\n\n```text\n(.*?)```", PAGES["pytest"], re.DOTALL)
    assert shown is not None
    (tmp_path / "test_classifier.py").write_text(shown.group(1))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_classifier.py"]
    env = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=env)
    assert shown.group(2).strip() in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_the_file_that_is_shown_is_diagnosed_as_shown(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.*?)```.*?```text\n(RNS308.*?)```", PAGES["model-files"], re.DOTALL)
    assert shown is not None
    (tmp_path / "model.toml").write_text(shown.group(1))
    done = forked.run("-m", "rnnshape", "predict", "model.toml", folder=tmp_path)
    assert shown.group(2).strip() in done.stdout


def test_the_rule_that_is_shown_is_explained_as_shown() -> None:
    shown = re.search(r"```text\n(RNS103 .*?)```", PAGES["watch-and-run"], re.DOTALL)
    assert shown is not None
    command = [sys.executable, "-m", "rnnshape", "explain", "RNS103"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == shown.group(1)


def test_every_rule_that_is_named_exists() -> None:
    from rnnshape.report.catalogue import RULES

    named = set(re.findall(r"RNS\d{3}", "".join([README, *PAGES.values()])))
    assert named
    assert named <= set(RULES)
