"""How a mistake becomes a finding: where it is placed, and which line showed it."""

from __future__ import annotations

import pytest

from rnnshape import Layout
from rnnshape.report.finding import Became, Comparison, Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of

MADE = Location("train.py", 5, "<module>", "h0 = torch.zeros(1, 6, 8)")
HERE = Location("train.py", 7, "<module>", "rnn(x, h0)")
H = Layout.parse("layers=2 batch=6 hidden=8")


def test_a_finding_has_everything_that_a_mistake_has() -> None:
    comparison = Comparison(H, (1, 6, 8), (0,), ("layers=2 from num_layers=2",), "never batch-first")
    shown = (("expected", H),), Became("view", (6, 8)), comparison
    mistake = Mistake("RNS103", "too few rows", "mend it", *shown, subject="h_0")
    assert finding_of(mistake, "net.rnn", "GRU", HERE) == Finding(
        "RNS103", "error", "too few rows", "net.rnn", HERE, "mend it", layouts=(("expected", H),), kind="GRU",
        became=Became("view", (6, 8)), comparison=comparison, subject="h_0",
    )  # fmt: skip


def test_the_severity_is_the_rules() -> None:
    assert finding_of(Mistake("RNS112", "a matrix"), None, "", None).severity == "warning"


def test_a_mistake_of_the_running_line_is_placed_there_alone() -> None:
    for mistake in (Mistake("RNS203", "mixed"), Mistake("RNS203", "mixed", location=Location("train.py", 7, "f"))):
        found = finding_of(mistake, "", "", HERE)
        assert (found.location and found.location.line, found.used_at, found.raised_at) == (7, None, None)


def test_a_mistake_of_another_line_says_how_it_showed() -> None:
    mistake = Mistake("RNS203", "mixed", location=MADE)
    used, raised, quiet = (finding_of(mistake, "", "", HERE, shows) for shows in ("used", "raised", "nowhere"))
    assert used.location == raised.location == quiet.location == MADE
    assert (used.used_at, used.raised_at) == (HERE, None)
    assert (raised.used_at, raised.raised_at) == (None, HERE)
    assert (quiet.used_at, quiet.raised_at) == (None, None)


def test_what_moved_samples_is_told_where_it_is_a_line_of_its_own() -> None:
    moved = Location("train.py", 3, "<module>", "x = x[order]")
    assert finding_of(Mistake("RNS402", "sorted", moved_at=moved), "", "", HERE).moved_at == moved
    assert finding_of(Mistake("RNS402", "sorted", moved_at=HERE), "", "", HERE).moved_at is None
    both = finding_of(Mistake("RNS402", "sorted", location=MADE, moved_at=HERE), "", "", HERE)
    assert (both.used_at, both.moved_at) == (HERE, None)


def test_a_mistake_that_knows_no_line_has_none() -> None:
    assert finding_of(Mistake("RNS203", "mixed"), "", "", None).location is None
    assert finding_of(Mistake("RNS203", "mixed", location=MADE), "", "", None).used_at is None


@pytest.mark.parametrize(("module", "kind", "where"), [(None, "", "Net.fc (Linear)"), ("Net.rnn", "GRU", "Net.rnn (GRU)")])
def test_a_mistake_may_be_of_another_layer_than_the_one_that_runs(module: str | None, kind: str, where: str) -> None:
    found = finding_of(Mistake("RNS507", "carried", module=module, kind=kind), "Net.fc", "Linear", HERE)
    assert found.headline == f"{where}: carried"
