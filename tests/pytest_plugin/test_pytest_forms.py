"""What a suite writes for machines, and what a baseline accepts of it."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

TWICE = """
def test_first():
    WRONG(X)

def test_second():
    WRONG(X)

def test_unbatched():
    unbatched()

def test_right():
    RIGHT(X)
"""
RIGHT_ONLY = "def test_right():\n    RIGHT(X)\n"
WITH_BASELINE = ("--rnnshape", "--rnnshape-fail-on=warning", "--rnnshape-baseline=base.json")


def read(suite: Any, name: str) -> Any:
    return json.loads((suite.path / name).read_text(encoding="utf-8"))


# Forms


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "workers"])
def test_sarif_has_each_finding_once_with_its_tests(suite: Any, workers: tuple[str, ...]) -> None:
    suite.run(TWICE, "--rnnshape", "--rnnshape-report=found.sarif", *workers)
    [run] = read(suite, "found.sarif")["runs"]
    found = {result["ruleId"]: result for result in run["results"]}
    assert sorted(found) == ["RNS112", "RNS203"]
    assert len(run["results"]) == 2
    assert found["RNS203"]["properties"] == {"tests": ["test_it.py::test_first", "test_it.py::test_second"]}
    assert found["RNS203"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 15
    assert found["RNS112"]["properties"] == {"tests": ["test_it.py::test_unbatched"]}


def test_json_junit_and_a_page(suite: Any) -> None:
    for name in ("found.json", "found.xml", "found.htm"):
        suite.run(TWICE, "--rnnshape", f"--rnnshape-report={name}")
    found = read(suite, "found.json")["findings"]
    assert [(f["code"], f["tests"], f["accepted"]) for f in found] == [
        ("RNS203", ["test_it.py::test_first", "test_it.py::test_second"], False),
        ("RNS112", ["test_it.py::test_unbatched"], False),
    ]
    [failure, _] = ElementTree.parse(suite.path / "found.xml").getroot().iter("failure")
    assert failure.text is not None
    assert failure.text.splitlines()[-2:] == ["  in test_it.py::test_first", "  in test_it.py::test_second"]
    html = (suite.path / "found.htm").read_text(encoding="utf-8")
    assert "4 calls of recurrent layers in 4 tests" in html
    assert "test_it.py::test_first; test_it.py::test_second" in html


def test_annotations_need_no_file(suite: Any) -> None:
    result = suite.run(TWICE, "--rnnshape", "--rnnshape-format=github")
    [line] = [line for line in result.lines if line.startswith("::error ")]
    assert line.startswith(
        "::error file=model.py,line=15,title=RNS203 samples mixed::Classifier.fc (Linear): samples are mixed"
    )


def test_a_format_goes_before_the_ending_of_a_name(suite: Any) -> None:
    suite.run(TWICE, "--rnnshape", "--rnnshape-report=found.txt", "--rnnshape-format=json")
    assert len(read(suite, "found.txt")["findings"]) == 2
    suite.run(TWICE, "--rnnshape", "--rnnshape-report=found.json", "--rnnshape-format=jsonl")
    assert json.loads((suite.path / "found.json").read_text().splitlines()[-1])["type"] == "total"


def test_an_ending_that_says_no_form(suite: Any) -> None:
    result = suite.run(TWICE, "--rnnshape", "--rnnshape-report=found.foo")
    assert (
        "ERROR: --rnnshape-report=found.foo: .foo says no form; end it in .jsonl, .json, .sarif, .xml, .html or .htm, "
        "or use --rnnshape-format"
    ) in result.errors


def test_more_than_a_few_tests_are_counted(suite: Any) -> None:
    source = '@pytest.mark.parametrize("n", range(7))\ndef test_many(n):\n    WRONG(X)\n'
    suite.run(source, "--rnnshape", "--rnnshape-report=found.html")
    assert "test_it.py::test_many[4]; and 2 more tests" in (suite.path / "found.html").read_text(encoding="utf-8")


# A baseline


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "workers"])
def test_a_baseline_accepts_what_is_known_and_fails_on_what_is_new(suite: Any, workers: tuple[str, ...]) -> None:
    result = suite.run(TWICE, *WITH_BASELINE, "--rnnshape-update-baseline", *workers)
    assert (result.outcomes, result.ret) == ({"passed": 4}, pytest.ExitCode.OK)
    assert "base.json accepts 2 findings from now on" in result.lines
    entries = read(suite, "base.json")["findings"]
    assert [(entry["code"], entry["file"]) for entry in entries] == [("RNS112", "model.py"), ("RNS203", "model.py")]

    if not workers:  # what is new beside what is known is enough of them: each start imports torch twice
        result = suite.run(TWICE, *WITH_BASELINE)
        assert (result.outcomes, result.ret) == ({"passed": 4}, pytest.ExitCode.OK)
        assert "base.json accepts 2 findings" in result.lines
        assert "    test_it.py::test_first (accepted)" in result.lines

    new = TWICE + "\ndef test_new():\n    nn.GRU(10, 16)(X[1])\n"
    result = suite.run(new, *WITH_BASELINE, *(("-n", "1") if workers else ()))  # enough to be told by a worker
    assert result.outcomes == {"passed": 4, "failed": 1}
    assert result.says("FAILED test_it.py::test_new")


def test_a_fixture_raises_nothing_that_is_accepted(suite: Any) -> None:
    source = "def test_watched(rnn_watch):\n    rnn_watch(WRONG, track=True)\n    WRONG(X)\n"
    assert suite.run(source).outcomes == {"failed": 1}
    options = ("--rnnshape-baseline=base.json",)
    assert suite.run(source, *options, "--rnnshape-update-baseline").outcomes == {"passed": 1}
    assert suite.run(source, *options).outcomes == {"passed": 1}


def test_what_is_gone_is_stale_once_every_test_has_run(suite: Any) -> None:
    suite.run(TWICE, *WITH_BASELINE, "--rnnshape-update-baseline")
    stale = "stale: base.json accepts what nobody finds any more: RNS203 model.py: return self.fc(h_n.view(x.size(0), -1))"
    part = suite.run(TWICE, *WITH_BASELINE, "-k", "right")
    assert (part.ret, stale in part.lines) == (pytest.ExitCode.OK, False)
    part = suite.run(RIGHT_ONLY, *WITH_BASELINE, "test_it.py")
    assert (part.ret, stale in part.lines) == (pytest.ExitCode.OK, False)
    whole = suite.run(RIGHT_ONLY, *WITH_BASELINE)
    assert (whole.outcomes, whole.ret) == ({"passed": 1}, pytest.ExitCode.TESTS_FAILED)
    assert stale in whole.lines
    assert suite.run(RIGHT_ONLY, *WITH_BASELINE, "--rnnshape-fail-on=never").ret == pytest.ExitCode.OK
    assert "the run fails for what is stale; --rnnshape-update-baseline takes it out" in whole.lines
    unwatched = suite.run(RIGHT_ONLY, "--rnnshape-baseline=base.json")
    assert (unwatched.ret, stale in unwatched.lines) == (pytest.ExitCode.OK, False), "nobody has looked"
    failed = suite.run(RIGHT_ONLY + "def test_else(): assert 0\n", *WITH_BASELINE)
    assert stale not in failed.lines


def test_accepted_findings_are_suppressed_in_sarif(suite: Any) -> None:
    suite.run(TWICE, *WITH_BASELINE, "--rnnshape-update-baseline")
    suite.run(TWICE, *WITH_BASELINE, "--rnnshape-report=found.sarif")
    results = read(suite, "found.sarif")["runs"][0]["results"]
    assert [result["suppressions"][0]["justification"] for result in results] == ["accepted in base.json"] * 2


# What cannot be read


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--rnnshape-format=sarf", "--rnnshape-report=x"),
            "--rnnshape-format='sarf': use one of jsonl, json, sarif, junit, github, html; did you mean 'sarif'?",
        ),
        (
            ("--rnnshape-format=sarif",),
            "--rnnshape-format=sarif goes into a file; name it, as in: --rnnshape-report found.sarif",
        ),
        (
            ("--rnnshape-update-baseline",),
            "--rnnshape-update-baseline writes a baseline; name its file, as in: --rnnshape-baseline rnnshape.baseline.json",
        ),
        (
            ("--rnnshape-baseline=none.json",),
            "{folder}/none.json: there is no such baseline; --rnnshape-update-baseline makes it of what is found now",
        ),
        (("--rnnshape-report=no/such.sarif",), "--rnnshape-report: [Errno 2] No such file or directory: "),
        (
            ("--rnnshape-baseline=no/such.json", "--rnnshape-update-baseline"),
            "--rnnshape-baseline: [Errno 2] No such file or directory: ",
        ),
    ],
)
def test_an_option_that_makes_no_sense(suite: Any, options: tuple[str, ...], message: str) -> None:
    result = suite.run(TWICE, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errors[0].startswith(f"ERROR: {message.format(folder=suite.path)}")
