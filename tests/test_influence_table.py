"""The table of what experiments say of the cases: what it counts, on a handful of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from influence_table import CASES, Row, changed_lines, line_of, row_of, silent, summary

PLAIN = Row("a", {"samples": "together", "order": "apart"}, {"samples": "apart"}, ("RNS601",), (), True, False, True)


def test_lines_that_a_correction_changes() -> None:
    assert changed_lines("a\nb\nc\nd", "a\nx\nd") == {2, 3}
    assert changed_lines("a\nb", "a\nx\nb") == {1, 2}
    assert changed_lines("a", "a") == set()


def test_shares() -> None:
    rows = [PLAIN, replace(PLAIN, line_is_right=False, by_rules=True), replace(PLAIN, codes=(), together=False), PLAIN]
    assert summary(rows) == [
        "found by experiments alone: 3 of 4 (75%)",
        "of these at a line that the correction changes: 2 of 3 (67%)",
        "found by rules alone: 1 of 4 (25%)",
        "found by both together: 3 of 4 (75%)",
        "corrected twins with a warning or an error: 0 of 4 (0%)",
    ]
    assert summary([replace(PLAIN, twin_codes=("RNS601",))])[-1].endswith("1 of 1 (100%)")


def test_a_line_of_the_table() -> None:
    assert line_of(PLAIN) == "| a | samples together | - | RNS601 | - |"
    assert line_of(replace(PLAIN, line_is_right=False)) == "| a | samples together | - | RNS601 (another line) | - |"


@pytest.mark.parametrize("name", ["social-rel-to-abs-cumsum", "velocity-difference-over-batch"])
def test_a_bug_that_experiments_find_at_its_line_and_rules_do_not(name: str) -> None:
    row = row_of(CASES / name)
    assert row.codes
    assert not row.twin_codes
    assert row.line_is_right
    assert (row.by_rules, row.together) == (False, True)


def test_the_silent_ones() -> None:
    names = {folder.name for folder in silent(CASES)}
    assert len(names) > 200
    assert "drqn-strided-last-step" in names
