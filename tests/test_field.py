"""The benchmark for the field counts what each tool says of a bug and of its twin."""

from __future__ import annotations

import re
from pathlib import Path

import field
import pytest
from test_cases import FOLDERS

BY_NAME = {folder.name: folder for folder in FOLDERS}


def one(name: str) -> list[Path]:
    return [BY_NAME[name]]


def test_a_tool_tells_where_it_says_something_of_the_bug_alone() -> None:
    tools = {
        "of both": lambda case: True,
        "of the bug": lambda case: case.file.name == "buggy.py",
        "of the twin": lambda case: case.file.name == "fixed.py",
        "of none": lambda case: False,
        "breaks": lambda case: 1 / 0,
    }
    scores = field.scored(tools, one(FOLDERS[0].name))
    told = {name: (len(score.told), len(score.both), len(score.broke)) for name, score in scores.items()}
    assert told["of both"] == told["of the twin"] == (0, 1, 0)
    assert (told["of the bug"], told["of none"], told["breaks"]) == ((1, 0, 0), (0, 0, 0), (0, 0, 1))
    lines = field.table(scores, {"silent": [FOLDERS[0].name], "error": []}).splitlines()
    assert lines[0] == "| | silent (1) | error (0) | all (1) | said of a right twin | could not be run | seconds |"
    assert lines[3] == "| of the bug | 1 | 0 | 1 | 0 | 0 | 0 |"


@pytest.mark.parametrize(
    ("name", "raises", "shapes", "ours"),
    [("all-layers-in-classifier", True, True, True), ("additive-attention-softmax-over-batch", False, False, True)],
)
def test_what_tools_say(name: str, raises: bool, shapes: bool, ours: bool) -> None:
    buggy, fixed = field.halves(BY_NAME[name])
    with field.quiet():
        for says, wanted in (
            (field.torch_raises, raises), (field.jaxtyping_and_beartype, shapes), (field.rnnshape_named, ours),
        ):  # fmt: skip
            assert (says(buggy), says(fixed)) == (wanted, False), says


def test_the_batch_is_found_for_whoever_needs_it() -> None:
    buggy, _ = field.halves(BY_NAME["additive-attention-softmax-over-batch"])
    first = buggy.inputs()[0]
    assert buggy.axes[0][buggy.batch_dim] == "batch"
    assert buggy.shapes[0][buggy.output_batch_dim] == first.shape[buggy.batch_dim]


def test_the_page_has_a_table() -> None:
    text = field.PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.partition(field.BEGIN)[2].partition(field.END)[0].splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]] == list(field.TOOLS)
    [scored] = re.findall(r"all \((\d+)\)", text)
    assert 0.9 * len(FOLDERS) < int(scored) <= len(FOLDERS), "cases have come since: python tests/field.py --update"
