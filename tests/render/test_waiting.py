"""A bar for whoever waits."""

from __future__ import annotations

import io

from rich.console import Console

from rnnshape.render.waiting import waiting


def shown(terminal: bool, patience: float) -> str:
    to = Console(file=io.StringIO(), force_terminal=terminal, width=60)
    with waiting("probing", to, patience) as done:
        for _ in range(3):
            done()
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def test_who_waits_at_a_terminal_sees_which_run_it_is() -> None:
    said = shown(terminal=True, patience=0.0)
    assert "probing: run 1" in said
    assert "probing: run 3" in said


def test_nothing_is_shown_before_a_second_or_elsewhere() -> None:
    assert shown(terminal=True, patience=60.0) == ""
    assert shown(terminal=False, patience=0.0) == ""


def test_the_bar_is_gone_afterwards() -> None:
    assert shown(terminal=True, patience=0.0).endswith("\x1b[1A\x1b[2K")
