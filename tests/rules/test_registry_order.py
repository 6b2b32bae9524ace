"""The rules are asked in one order, whatever was imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

SAY = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(f"rnnshape.rules.{name}")
from rnnshape.rules import families, registry
for kinds in (registry._notes, registry._rules):
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        print(kind.__name__, *(listener.function.__qualname__ for listener in kinds[kind]))
"""


def order(*before: str) -> list[str]:
    said = subprocess.run([sys.executable, "-c", SAY, *before], check=True, capture_output=True, text=True)
    return said.stdout.splitlines()


@pytest.fixture(scope="module")
def usual() -> list[str]:
    return order()


@pytest.mark.parametrize("before", [("steps",), ("vectors", "totals", "placing"), ("axes", "wording")])
def test_rules_that_were_imported_before_keep_their_place(before: tuple[str, ...], usual: list[str]) -> None:
    assert len(usual) > 40
    assert order(*before) == usual


def test_samples_are_judged_before_steps(usual: list[str]) -> None:
    (asked,) = (line for line in usual if line.startswith("RecurrentInput samples_read_as_steps"))
    assert asked.index("samples_read_as_steps") < asked.index("steps_come_again")
