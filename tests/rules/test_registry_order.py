"""The rules are asked in one order, whatever was imported before."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SAY = """
import importlib, json, sys
for before in json.loads(sys.argv[1]):
    for name in [name for name in sys.modules if name.partition(".")[0] == "rnnshape"]:
        del sys.modules[name]
    for name in before:
        importlib.import_module(f"rnnshape.rules.{name}")
    from rnnshape.rules import families, registry
    for kinds in (registry._notes, registry._rules):
        for kind in sorted(kinds, key=lambda kind: kind.__name__):
            print(kind.__name__, *(listener.function.__qualname__ for listener in kinds[kind]))
    print("end")
"""
BEFORE = [(), ("steps",), ("vectors", "totals", "placing"), ("axes", "wording")]


@pytest.fixture(scope="module")
def orders() -> dict[tuple[str, ...], list[str]]:
    """Import the rules anew for each of the lists, in one process, as the import of torch is what takes the time."""
    command = [sys.executable, "-c", SAY, json.dumps(BEFORE)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    *each, rest = said.split("end\n")
    assert rest == ""
    return {before: lines.splitlines() for before, lines in zip(BEFORE, each, strict=True)}


@pytest.fixture
def usual(orders: dict[tuple[str, ...], list[str]]) -> list[str]:
    return orders[()]


@pytest.mark.parametrize("before", BEFORE[1:])
def test_rules_that_were_imported_before_keep_their_place(
    before: tuple[str, ...], usual: list[str], orders: dict[tuple[str, ...], list[str]]
) -> None:
    assert len(usual) > 40
    assert orders[before] == usual


def test_samples_are_judged_before_steps(usual: list[str]) -> None:
    (asked,) = (line for line in usual if line.startswith("RecurrentInput samples_read_as_steps"))
    assert asked.index("samples_read_as_steps") < asked.index("steps_come_again")
