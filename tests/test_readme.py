"""What the README shows beside its doctests: the first command's output, and that its commands and links exist."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


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
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_rule_that_is_named_exists() -> None:
    from rnnshape.rules import RULES

    named = set(re.findall(r"RNS\d{3}", README))
    assert named
    assert named <= set(RULES)
