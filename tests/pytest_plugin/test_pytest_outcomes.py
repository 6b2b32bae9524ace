"""What a finding makes of a test: one that would pass fails, any other outcome stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

MIXED = "samples are mixed: along dim 1 of (6, 64) lie samples 0, 1, 2 and 3"


def ended(ran: Any) -> dict[str, str]:
    """Return how each test ended, from the lines of ``-rA``."""
    words = ("PASSED", "FAILED", "SKIPPED", "XFAIL", "XPASS", "ERROR")
    lines = [line.split(" - ")[0].split() for line in ran.lines if line.startswith(words)]
    return {line[1].removeprefix("test_it.py::"): line[0] for line in lines if line[1].startswith("test_it.py::")}


def test_an_outcome_other_than_passed_stays(suite: Any) -> None:
    ran = suite.run(
        """
def test_passed():
    WRONG(X)

def test_failed():
    WRONG(X)
    assert "its own reason" == ""

def test_raised():
    WRONG(X)
    raise KeyError("its own reason")

def test_skipped():
    WRONG(X)
    pytest.skip("its own reason")

@pytest.fixture
def erring():
    WRONG(X)
    raise KeyError("its own reason")

def test_erring_setup(erring):
    pass

@pytest.fixture
def skipping():
    WRONG(X)
    pytest.skip("its own reason")

def test_skipping_setup(skipping):
    pass

@pytest.fixture
def breaking():
    yield
    WRONG(X)
    raise KeyError("its own reason")

def test_broken_teardown(breaking):
    RIGHT(X)

@pytest.fixture
def output():
    return WRONG(X)

def test_found_in_setup(output):
    assert output.shape == (6, 5)

@pytest.mark.parametrize("model", [RIGHT, WRONG], ids=["right", "wrong"])
def test_parametrized(model):
    model(X)
""",
        "--rnnshape", "-rA",
    )  # fmt: skip
    found = ended(ran)
    assert found == {
        "test_passed": "FAILED",
        "test_failed": "FAILED",
        "test_raised": "FAILED",
        "test_erring_setup": "ERROR",
        "test_broken_teardown": "ERROR",
        "test_found_in_setup": "FAILED",
        "test_parametrized[right]": "PASSED",
        "test_parametrized[wrong]": "FAILED",
    }
    assert ran.outcomes == {"passed": 2, "failed": 5, "skipped": 2, "errors": 2}
    reasons = {line.split(" - ")[0].split("::")[-1]: line.split(" - ")[1] for line in ran.lines if " - " in line}
    assert reasons["test_failed"] == "AssertionError: assert 'its own reason' == ''"
    assert reasons["test_raised"] == reasons["test_erring_setup"] == "KeyError: 'its own reason'"
    assert reasons["test_passed"].startswith(f"Failed: RNS203 error: Classifier.fc (Linear): {MIXED}")
    assert not ran.has_a_frame_of_ours()
    assert ran.section()[2:] == [
        "    test_it.py::test_erring_setup",
        "    test_it.py::test_failed",
        "    test_it.py::test_found_in_setup",
        "    test_it.py::test_parametrized[wrong]",
        "    test_it.py::test_passed",
        "    and 3 more tests",
        "8 findings; 10 calls of recurrent layers in 10 of 10 tests",
    ]


def test_findings_of_a_test_that_fails_for_its_own_reason_stand_below_it(suite: Any) -> None:
    ran = suite.run("def test_failed():\n    WRONG(X)\n    unbatched()\n    assert 1 == 2\n", "--rnnshape")
    assert ran.says(
        ">       assert 1 == 2",
        "test_it.py:7: AssertionError",
        "------",
        "RNS203 error: Classifier.fc (Linear): samples are mixed",
        "  at model.py:15, in Classifier.forward:  return self.fc(h_n.view(x.size(0), -1))",
        "  see: rnnshape explain RNS203",
        "",
        "RNS112 warning: GRU: input of 2 dims is read as one unbatched sequence",
        "  see: rnnshape explain RNS112",
    )
    assert sum(f"fc (Linear): {MIXED}" in line for line in ran.lines) == 1


@pytest.mark.parametrize("strict", [False, True])
def test_xfail(suite: Any, strict: bool) -> None:
    ran = suite.run(
        f"""
pytestmark = pytest.mark.xfail(strict={strict})

def test_found():
    WRONG(X)

def test_its_own_reason():
    WRONG(X)
    raise KeyError

def test_nothing():
    RIGHT(X)

@pytest.mark.xfail(raises=KeyError, strict={strict})
def test_of_another_kind():
    WRONG(X)

@pytest.mark.xfail(raises=pytest.fail.Exception, strict={strict})
def test_of_this_kind():
    WRONG(X)

def test_in_the_middle():
    WRONG(X)
    pytest.xfail("its own reason")
""",
        "--rnnshape", "-rA",
    )  # fmt: skip
    assert ended(ran) == {
        "test_found": "XFAIL",
        "test_its_own_reason": "XFAIL",
        "test_nothing": "FAILED" if strict else "XPASS",
        "test_of_another_kind": "FAILED",
        "test_of_this_kind": "XFAIL",
        "test_in_the_middle": "XFAIL",
    }
    assert ran.section()[2:6] == [
        "    test_it.py::test_found (xfailed)",
        "    test_it.py::test_in_the_middle (xfailed)",
        "    test_it.py::test_its_own_reason (xfailed)",
        "    test_it.py::test_of_another_kind",
    ]


def test_an_exception_that_torch_raises_and_the_test_expects(suite: Any) -> None:
    ran = suite.run(
        """
def test_expected():
    with pytest.raises(RuntimeError, match=r"^Expected hidden size \\(1, 9, 16\\), got \\[2, 9, 16\\]$") as caught:
        refused()
    assert type(caught.value) is RuntimeError
    assert not hasattr(caught.value, "__notes__")

def test_not_expected():
    refused()

def test_expected_and_another_that_is_silent():
    with pytest.raises(RuntimeError):
        refused()
    WRONG(X)
""",
        "--rnnshape", "--rnnshape-fail-on=warning",
    )  # fmt: skip
    assert ran.outcomes == {"passed": 1, "failed": 2}
    told = "RNS103 error: GRU: h_0 axis 'layers' is 2, expected 1"
    assert ran.says("E           RuntimeError: Expected hidden size", "------", told)
    assert ran.section()[:6] == [
        "RNS103 error: state with another number of rows",
        "  model.py:24  return nn.GRU(10, 16)(X, torch.zeros(2, 9, 16))",
        "    test_it.py::test_not_expected",
        "RNS203 error: samples mixed",
        "  model.py:15  return self.fc(h_n.view(x.size(0), -1))",
        "    test_it.py::test_expected_and_another_that_is_silent",
    ]


def test_a_watch_of_the_tests_own_is_not_contradicted(suite: Any) -> None:
    ran = suite.run(
        """
import rnnshape

@pytest.mark.parametrize("track", [False, True])
@pytest.mark.parametrize("call", [lambda: WRONG(X), refused])
def test_expected(rnn_watch, track, call):
    rnn_watch(track=True)
    with pytest.raises(rnnshape.ContractError):
        call()

def test_once(rnn_watch, rnn_diagnose):
    rnn_watch(WRONG, on="record")
    rnn_diagnose(WRONG, X, axes="batch seq feature")
    WRONG(X)
""",
        "--rnnshape",
    )
    assert ran.outcomes == {"passed": 4, "failed": 1}
    assert sum(MIXED in line for line in ran.section("= FAILURES =")) == 1
    assert ran.section()[-1].startswith("1 finding;")


def test_the_worst_comes_first_and_a_note_never_fails(suite: Any) -> None:
    source = """
from rnnshape import Finding

@pytest.fixture
def find(rnn_watch):
    report = rnn_watch(on="record").report
    codes = {"error": "RNS502", "warning": "RNS304", "info": "RNS201"}
    def find(*severities):
        for severity in severities:
            report.add(Finding(codes[severity], severity, f"of severity {severity}"))
    return find

def test_all(find):
    find("info", "warning", "error")

def test_note(find):
    find("info")

def test_many(find):
    find("warning")
    assert 1 == 2
"""
    ran = suite.run(source)
    assert ran.outcomes == {"passed": 1, "failed": 2}
    assert ran.section() == [
        "RNS502 error: scores and targets in different orders",
        "  of severity error",
        "    test_it.py::test_all",
        "RNS304 warning: one direction only",
        "  of severity warning",
        "    test_it.py::test_all",
        "    test_it.py::test_many",
        "RNS201 info: batch and seq the other way round",
        "  of severity info",
        "    test_it.py::test_all",
        "    test_it.py::test_note (passed)",
    ]
    ran = suite.run(source, "--rnnshape-fail-on=warning")
    assert ran.outcomes == {"passed": 1, "failed": 2}
    said = ("RNS502 error: of severity error", "", "RNS304 warning: of severity warning", "  see: rnnshape explain RNS304")
    assert ran.says("____", *said, "____")


def test_of_very_many_findings_some_are_printed(suite: Any) -> None:
    ran = suite.run("""
from rnnshape import Finding

def test_many(rnn_watch):
    report = rnn_watch().report
    for number in range(50):
        report.add(Finding("RNS502", "error", f"number {number}"))
""")
    said = [line for line in ran.section("= FAILURES =") if "number" in line]
    assert said == [f"RNS502 error: number {n}" for n in range(20)]
    assert "and 30 more findings" in ran.lines


def test_unittest(suite: Any) -> None:
    ran = suite.run(
        """
class TestIt(unittest.TestCase):
    def test_right(self):
        RIGHT(X)

    def test_found(self):
        WRONG(X)

    def test_failed(self):
        WRONG(X)
        self.assertEqual(1, 2)

    def test_raised(self):
        refused()

    def test_skipped(self):
        WRONG(X)
        self.skipTest("its own reason")

    @unittest.skip("its own reason")
    def test_never_run(self):
        WRONG(X)

    @unittest.expectedFailure
    def test_expected(self):
        WRONG(X)
        self.assertEqual(1, 2)

    def test_torch_refuses(self):
        with self.assertRaisesRegex(RuntimeError, "Expected hidden size"):
            refused()

class TestSetUp(unittest.TestCase):
    def setUp(self):
        self.output = WRONG(X)

    def test_found_in_setup(self):
        self.assertEqual(self.output.shape, (6, 5))

@pytest.mark.rnnshape(ignore=["RNS203"])
class TestMarked(unittest.IsolatedAsyncioTestCase):
    def test_ignored(self):
        WRONG(X)

    async def test_ignored_too(self):
        WRONG(X)
""",
        "--rnnshape", "-rA",
    )  # fmt: skip
    assert {name.split("::")[-1]: outcome for name, outcome in ended(ran).items()} == {
        "test_right": "PASSED",
        "test_found": "FAILED",
        "test_failed": "FAILED",
        "test_raised": "FAILED",
        "test_expected": "XFAIL",
        "test_torch_refuses": "PASSED",
        "test_found_in_setup": "FAILED",
        "test_ignored": "PASSED",
        "test_ignored_too": "PASSED",
    }
    assert ran.outcomes == {"passed": 4, "failed": 4, "skipped": 2, "xfailed": 1}
    assert ran.says("E       AssertionError: 1 != 2", "------", "RNS203 error: Classifier.fc (Linear): samples are mixed")
    assert ran.says(">       refused()", "model.py:24: in refused", "E           RuntimeError: Expected hidden size")
    assert not ran.has_a_frame_of_ours()


def test_doctests(suite: Any) -> None:
    (suite.path / "notes.txt").write_text("""
>>> from model import *
>>> RIGHT(X).shape
torch.Size([6, 5])
>>> refused()
Traceback (most recent call last):
    ...
RuntimeError: Expected hidden size (1, 9, 16), got [2, 9, 16]
""")
    (suite.path / "wrong.txt").write_text(">>> from model import *\n>>> _ = WRONG(X)\n")
    suite.ini("pythonpath = .")
    ran = suite.run("", "--rnnshape", "--doctest-glob=*.txt")
    assert ran.outcomes == {"passed": 1, "failed": 1}
    assert "    wrong.txt::wrong.txt" in ran.section()


def test_a_suite_in_which_warnings_are_errors(suite: Any) -> None:
    suite.ini("filterwarnings = error", "rnnshape = true", "rnnshape_fail_on = warning")
    ran = suite.run("""
def test_right():
    RIGHT(X)

def test_warning():
    unbatched()

def test_watch(rnn_watch, rnn_diagnose, rnn_predict):
    rnn_watch(RIGHT, track=True)
    rnn_diagnose(RIGHT, X, axes="batch seq feature")
    RIGHT(X)
""")
    assert ran.outcomes == {"passed": 2, "failed": 1}
    assert ran.says("_____", "RNS112 warning: GRU: input of 2 dims is read as one unbatched sequence")


@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native", "no"])
def test_no_style_of_traceback_has_a_frame_of_ours(suite: Any, style: str) -> None:
    ran = suite.run(
        """
def test_raised(rnn_watch):
    rnn_watch(WRONG)
    WRONG(X)

def test_chained():
    try:
        refused()
    except RuntimeError as error:
        raise ValueError("later") from error
""",
        "--rnnshape", f"--tb={style}",
    )  # fmt: skip
    assert ran.outcomes == {"failed": 2}
    assert not ran.has_a_frame_of_ours()
    assert any("ValueError: later" in line for line in ran.section("= FAILURES =")) is (style != "no")


def test_our_own_mistake_shows_our_frames(suite: Any) -> None:
    ran = suite.run("""
from rnnshape import Layout

def test_mistake():
    Layout.parse(None)
""")
    assert ran.outcomes == {"failed": 1}
    assert ran.has_a_frame_of_ours()


def test_what_a_test_keeps_dies_with_it(suite: Any) -> None:
    ran = suite.run("""
import gc, weakref
seen = []

def test_model(rnn_watch, rnn_diagnose):
    model = type(RIGHT)(right=True)
    seen.append(weakref.ref(model))
    rnn_watch(model, track=True)
    model(X)
    rnn_diagnose(model, X, axes="batch seq feature")

def test_gone():
    gc.collect()
    assert seen[0]() is None
""", "--rnnshape")  # fmt: skip
    assert ran.outcomes == {"passed": 2}


def test_two_workers(suite: Any) -> None:
    options = ("--rnnshape", "--rnnshape-fail-on=error", "--rnnshape-report=found.jsonl")
    source = """
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("model", [RIGHT, WRONG], ids=["right", "wrong"])
def test_model(model, number):
    model(X)

def test_warning():
    unbatched()

@pytest.mark.xfail(strict=True)
def test_xfail():
    WRONG(X)

def test_own(rnn_watch):
    rnn_watch(WRONG)
    assert 1 == 2

@pytest.mark.rnn_specs(mode=["LSTM", "GRU"], bidirectional=[False, True])
def test_specs(rnn_spec):
    pass
"""
    alone = suite.run(source, *options)
    lines = sorted(suite.found())
    workers = suite.run(source, *options, "-n", "2", subprocess=True)
    assert sorted(suite.found()) == lines
    assert alone.outcomes == workers.outcomes == {"passed": 9, "failed": 5, "xfailed": 1}
    assert alone.section() == workers.section()
    assert len(lines) == 7
    assert json.loads(lines[-1]) == {"type": "total", "tests": 15, "calls": 10, "findings": 6}
    assert sum(f"Classifier.fc (Linear): {MIXED}" in line for line in workers.section("= FAILURES =")) == 4
    assert "rnnshape: every test is watched, fail-on error" in workers.lines


def test_of_modules_without_a_recurrent_layer_nothing_is_said(suite: Any) -> None:
    ran = suite.run(
        """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x)

def test_it():
    Head()(torch.zeros(6, 4)).sum().backward()
""",
        "--rnnshape",
    )
    assert "1 passed" in ran.lines[-1]
    assert "not looked at" not in "\n".join(ran.lines)
