"""`Reporter`: what becomes of a finding, who else has told of it, and that our own mistakes do no harm."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from rnnshape.errors import ContractError, RNNShapeWarning
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action, Reporter
from rnnshape.report.words import message_of

HERE = Location("train.py", 7, "train", "rnn(x)")
ERROR = Finding("RNS103", "error", "wrong", "rnn", HERE)
WARNING = Finding("RNS112", "warning", "odd", "rnn", HERE)
NOTE = Finding("RNS214", "info", "so so", "rnn", HERE)


def told(reporter: Reporter, *findings: Finding, about: object = None) -> list[str]:
    """Return what comes of telling findings: what is raised, warned of and logged, in this order."""
    said: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{record.levelname.lower()} {vars(record)['rnnshape'].code}")

    handler, logger = Handler(logging.DEBUG), logging.getLogger("rnnshape")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                reporter.tell(findings, about)
            except ContractError as error:
                said.append("raised " + " ".join(f.code for f in error.findings))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert all(w.category is RNNShapeWarning and (w.filename, w.lineno) == ("train.py", 7) for w in warned)
    return [*said, *(f"warned {str(w.message).splitlines()[0]}" for w in warned)]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("raise", ["info RNS214", "raised RNS103", "warned RNS112 warning: rnn: odd"]),
        ("warn", ["info RNS214", "warned RNS103 error: rnn: wrong", "warned RNS112 warning: rnn: odd"]),
        ("log", ["error RNS103", "warning RNS112", "info RNS214"]),
        ("record", []),
    ],
)
def test_what_is_done_about_a_finding(on: Action, said: list[str]) -> None:
    reporter = Reporter(Report(), on)
    assert told(reporter, ERROR, WARNING, NOTE) == said
    assert reporter.report.findings == (ERROR, WARNING, NOTE)
    assert reporter.report.silent == ((WARNING, NOTE) if on == "raise" else (ERROR, WARNING, NOTE))
    again = told(reporter, ERROR, WARNING, NOTE)
    assert again == (["raised RNS103"] if on == "raise" else []), "told once, and raised each time"
    assert [f.count for f in reporter.report.findings] == [2, 2, 2]


def test_several_errors_are_raised_as_one() -> None:
    other = Finding("RNS105", "error", "wrong too", "rnn", HERE)
    with pytest.raises(ContractError) as caught:
        Reporter(Report(), "raise").tell([ERROR, other])
    assert str(caught.value) == message_of([ERROR, other])


def test_a_finding_is_kept_unless_its_code_or_its_line_silences_it() -> None:
    reporter = Reporter(Report(), "raise", ["rns103"])
    silenced = Location("train.py", 7, code="rnn(x)  # rnnshape: ignore[RNS112]")
    assert [reporter.keeps(f) for f in (ERROR, WARNING, NOTE)] == [False, True, True]
    assert not reporter.keeps(Finding("RNS112", "warning", "odd", location=silenced))
    assert reporter.keeps(Finding("RNS105", "error", "wrong", location=silenced))
    assert reporter.keeps(Finding("RNS105", "error", "wrong"))


# Others


def together(*ways: Action) -> list[Reporter]:
    found: list[Reporter] = []
    found += [Reporter(Report(), on, others=lambda: found) for on in ways]
    return found


def test_what_one_has_said_another_does_not_say_again_in_the_same_way() -> None:
    first, second, third = together("warn", "warn", "log")
    module = object()
    assert told(first, WARNING, about=module) == ["warned RNS112 warning: rnn: odd"]
    assert told(second, WARNING, about=module) == []
    assert told(third, WARNING, about=module) == ["warning RNS112"]
    assert [r.report.findings for r in (first, second, third)] == [(WARNING,)] * 3
    stranger = Reporter(Report(), "warn")  # it does not know of them
    assert told(stranger, WARNING, about=module) == ["warned RNS112 warning: rnn: odd"]


def test_of_another_module_it_is_said_again() -> None:
    first, second = together("warn", "warn")
    module, other = object(), object()
    assert told(first, WARNING, about=module) == ["warned RNS112 warning: rnn: odd"]
    assert told(second, WARNING, about=other) == ["warned RNS112 warning: rnn: odd"]


def test_what_another_raised_is_recorded_under_the_own_path_once() -> None:
    raising, hearing = Reporter(Report(), "raise"), Reporter(Report(), "warn", ["RNS105"])
    ignored, module = Finding("RNS105", "error", "wrong too", "rnn", HERE), object()
    with pytest.raises(ContractError) as caught:
        raising.tell([ERROR, ignored], module)
    assert hearing.adopt(caught.value, "encoder.rnn", module)
    assert not hearing.adopt(caught.value, "encoder.rnn", module)
    assert not raising.adopt(caught.value, "rnn", module)
    (finding,) = hearing.report.findings
    assert (finding.code, finding.module, hearing.report.silent) == ("RNS103", "encoder.rnn", ())


def test_an_error_about_something_else_is_not_adopted() -> None:
    hearing, module = Reporter(Report(), "warn"), object()
    with pytest.raises(ContractError) as caught:
        Reporter(Report(), "raise").tell([ERROR], module)
    assert not hearing.adopt(caught.value, "rnn", object())
    assert not hearing.adopt(ContractError("of somebody else", (ERROR,)), "rnn", module)
    assert hearing.report.findings == ()


# Our own work


def test_a_mistake_of_ours_is_logged_once_and_then_nothing_is_done(caplog: pytest.LogCaptureFixture) -> None:
    reporter, done = Reporter(Report(), "raise"), list[int]()

    def work(number: int) -> int:
        done.append(number)
        return 1 // number

    assert reporter.guarded(work, 1) == 1
    assert reporter.guarded(work, 0) is None
    assert reporter.guarded(work, 1) is None
    assert (done, reporter.stepped_aside) == ([1, 0], True)
    (record,) = caplog.records
    assert record.getMessage().startswith("rnnshape made a mistake and steps aside; the model runs on unwatched.")
    assert "ZeroDivisionError" in record.getMessage()
    assert record.exc_info is None
    assert reporter.report.unfollowed == ("every call after a mistake of rnnshape's own, which is in the log",)


def test_our_work_is_done_within_the_context_that_is_given() -> None:
    order: list[Any] = []

    @contextlib.contextmanager
    def unseen() -> Iterator[None]:
        order.append("in")
        yield
        order.append("out")

    Reporter(Report(), "raise", unseen=unseen).guarded(order.append, "work")
    assert order == ["in", "work", "out"]


def test_a_sink_that_fails_does_not_keep_an_error_from_being_raised(caplog: pytest.LogCaptureFixture) -> None:
    report = Report(sinks=[lambda record: 1 // 0])
    with pytest.raises(ContractError):
        Reporter(report, "raise").tell([ERROR])
    assert len(caplog.records) == 1
