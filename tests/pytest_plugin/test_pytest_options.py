"""Every option and its key in the ini file."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

ONE_OF_EACH = """
def test_right():
    RIGHT(X)

def test_wrong():
    WRONG(X)

def test_warning():
    unbatched()
"""
FOLLOWED = """
def test_third():
    train(RIGHT, RIGHT, WRONG)

def test_fourth():
    train(RIGHT, RIGHT, RIGHT, WRONG)

def train(*models):
    for model in models:
        model(X).sum().backward()
"""


def test_without_an_option_nothing_is_watched(suite: Any) -> None:
    result = suite.run(ONE_OF_EACH)
    assert result.outcomes == {"passed": 3}
    assert "rnnshape" not in "\n".join(line for line in result.lines if not line.startswith("plugins:"))


@pytest.mark.parametrize("how", ["option", "ini"])
@pytest.mark.parametrize(
    ("name", "value", "source", "expected"),
    [
        (None, "", ONE_OF_EACH, {"passed": 2, "failed": 1}),
        ("fail-on", "error", ONE_OF_EACH, {"passed": 2, "failed": 1}),
        ("fail-on", "warning", ONE_OF_EACH, {"passed": 1, "failed": 2}),
        ("fail-on", "never", ONE_OF_EACH, {"passed": 3}),
        (None, "", FOLLOWED, {"passed": 1, "failed": 1}),
        ("track", "3", FOLLOWED, {"passed": 1, "failed": 1}),
        ("track", "all", FOLLOWED, {"failed": 2}),
        ("track", "off", FOLLOWED, {"passed": 2}),
        ("track", "0", FOLLOWED, {"passed": 2}),
    ],
)
def test_options(suite: Any, how: str, name: str | None, value: str, source: str, expected: Any) -> None:
    if how == "ini":
        suite.ini("rnnshape = true", *([f"rnnshape_{name.replace('-', '_')} = {value}"] if name else []))
        assert suite.run(source).outcomes == expected
    else:
        assert suite.run(source, "--rnnshape", *([f"--rnnshape-{name}={value}"] if name else [])).outcomes == expected


def test_the_command_line_overrides_the_ini_file(suite: Any) -> None:
    suite.ini("rnnshape = true", "rnnshape_fail_on = warning", "rnnshape_track = off")
    assert suite.run(ONE_OF_EACH).outcomes == {"passed": 2, "failed": 1}
    assert suite.run(ONE_OF_EACH, "--rnnshape-track=3", "--rnnshape-fail-on=error").outcomes == {"passed": 2, "failed": 1}
    assert suite.run(ONE_OF_EACH, "-o", "rnnshape=false").outcomes == {"passed": 3}


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--rnnshape-fail-on=errors", "--rnnshape-fail-on='errors': use one of error, warning, never; did you mean 'error'?"),
        ("--rnnshape-track=some", "--rnnshape-track='some': use a number of steps such as 3, or all, or off"),
        ("-ornnshape_track=-1", "--rnnshape-track='-1': use a number of steps such as 3, or all, or off"),
        ("--rnnshape-report=no/such/folder", "--rnnshape-report: [Errno 2] No such file or directory: "),
    ],
)
def test_an_option_that_cannot_be_read(suite: Any, option: str, message: str) -> None:
    result = suite.run(ONE_OF_EACH, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errors[0].startswith(f"ERROR: {message}")


def test_the_header_and_the_totals_tell_that_every_test_is_watched(suite: Any) -> None:
    result = suite.run("def test_right():\n    RIGHT(X), RIGHT(X)\n\ndef test_other():\n    pass\n", "--rnnshape")
    assert "rnnshape: every test is watched, fail-on error" in result.lines
    assert result.section() == ["no findings; 2 calls of recurrent layers in 1 of 2 tests"]


def test_the_report_file(suite: Any) -> None:
    suite.run(ONE_OF_EACH, "--rnnshape", "--rnnshape-report=found.jsonl")
    *found, total = map(json.loads, suite.found())
    assert [(line["type"], line["test"], line["outcome"], line["code"], line["severity"]) for line in found] == [
        ("finding", "test_it.py::test_wrong", "failed", "RNS203", "error"),
        ("finding", "test_it.py::test_warning", "passed", "RNS112", "warning"),
    ]
    assert found[0]["location"] == {
        "file": "model.py", "line": 15, "function": "Classifier.forward", "code": "return self.fc(h_n.view(x.size(0), -1))",
    }  # fmt: skip
    edit = "instead of h_n.view(x.size(0), -1): h_n.transpose(0, 1).flatten(1)"
    assert (found[0]["module"], found[0]["suggestion"]) == ("Classifier.fc", edit)
    assert total == {"type": "total", "tests": 3, "calls": 3, "findings": 2}


def test_the_report_is_a_page_where_it_ends_in_html(suite: Any) -> None:
    for options in ((), ("-n", "1")):
        suite.run(ONE_OF_EACH, "--rnnshape", "--rnnshape-report=found.html", *options)
        html = (suite.path / "found.html").read_text(encoding="utf-8")
        assert re.findall(r'data-severity="(\w+)" data-code="(\w+)"', html) == [("error", "RNS203"), ("warning", "RNS112")]
        assert "::test_wrong" in html
        assert "samples are mixed" in html
        assert "3 tests" in html
        assert html.count("<svg") == 2


def test_what_was_not_looked_at_is_said_with_its_tests(suite: Any) -> None:
    source = """
@pytest.mark.parametrize("number", range(7))
def test_many(rnn_watch, number):
    with rnn_watch(RIGHT) as report:
        RIGHT(X)
        report.did_not_look("compiled", "rnn")
        report.did_not_look("another process has run it")
"""
    result = suite.run(source, "--rnnshape-report=found.jsonl")
    tests = [f"    test_it.py::test_many[{number}]" for number in range(5)] + ["    and 2 more tests"]
    assert result.section() == ["not looked at", "  another process has run it", *tests, "  rnn: compiled", *tests]
    first, *_, total = map(json.loads, suite.found())
    assert first == {"type": "blind", "test": "test_it.py::test_many[0]", "message": "rnn: compiled"}
    assert total == {"type": "total", "tests": 7, "calls": 0, "findings": 0}


def test_the_report_file_of_the_ini_lies_beside_it(suite: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.ini("rnnshape_report = found.jsonl", "pythonpath = .")
    (suite.path / "inner").mkdir()
    source = "from model import *\ndef test_wrong(rnn_diagnose): rnn_diagnose(WRONG, X)\n"
    (suite.path / "inner" / "test_inner.py").write_text(source)
    monkeypatch.chdir(suite.path / "inner")
    assert suite.run("", "test_inner.py").outcomes == {"failed": 1}
    assert len(suite.found()) == 2


def test_the_help_and_the_markers(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_inprocess("--help").stdout.str()
    for name in ("--rnnshape ", "--rnnshape-fail-on=", "--rnnshape-track=", "--rnnshape-report="):
        assert name in text
    for name in ("rnnshape (bool)", "rnnshape_fail_on (string)", "rnnshape_track (string)", "rnnshape_report (string)"):
        assert name in text
    text = pytester.runpytest_inprocess("--markers").stdout.str()
    assert "@pytest.mark.rnnshape(axes=None, ignore=(), fail_on=None, track=None): watch" in text
    assert "@pytest.mark.rnn_specs(mode=[...], **arguments): run" in text
    text = pytester.runpytest_inprocess("--fixtures").stdout.str()
    for name in ("rnn_watch", "rnn_predict", "rnn_diagnose", "rnn_spec", "assert_layout"):
        assert f"\n{name} -- " in text


def test_without_the_plugin(suite: Any) -> None:
    assert suite.run(ONE_OF_EACH, "-p", "no:rnnshape").outcomes == {"passed": 3}
    result = suite.run("def test_watch(rnn_watch): pass\n", "-p", "no:rnnshape")
    assert result.outcomes == {"errors": 1}
    assert result.says("E       fixture 'rnn_watch' not found")
