"""The marker rnnshape."""

from __future__ import annotations

from typing import Any

import pytest

from rnnshape.api.watch import NO_AXES


def test_the_marker_has_a_test_watched(suite: Any) -> None:
    result = suite.run("""
def test_alone():
    WRONG(X)

@pytest.mark.rnnshape
def test_marked():
    WRONG(X)

@pytest.mark.rnnshape(ignore=["rns203"])
def test_ignored():
    WRONG(X)

@pytest.mark.rnnshape(track="off")
def test_not_followed():
    WRONG(X)

@pytest.mark.rnnshape(track=1)
def test_followed_once():
    RIGHT(X).sum().backward()
    WRONG(X)

@pytest.mark.rnnshape(fail_on="never")
def test_never():
    WRONG(X)

@pytest.mark.rnnshape()
def test_warning_alone():
    unbatched()

@pytest.mark.rnnshape(fail_on="warning")
def test_warning():
    unbatched()

@pytest.mark.rnnshape(axes="batch seq feature")
def test_axes(rnn_diagnose):
    rnn_diagnose(RIGHT, X)
    rnn_diagnose(nn.GRU(10, 16), X)

@pytest.mark.rnnshape(axes="batch seq feature")
def test_other_axes(rnn_diagnose):
    rnn_diagnose(nn.GRU(10, 16), X, axes="seq batch feature")
""")
    failed = [line.split(" ")[1] for line in result.lines if line.startswith("FAILED")]
    assert failed == [f"test_it.py::test_{name}" for name in ("marked", "warning", "axes")]
    assert result.outcomes == {"passed": 7, "failed": 3}
    assert result.section()[2:] == [
        "    test_it.py::test_axes",
        "RNS203 error: samples mixed",
        "  model.py:15  return self.fc(h_n.view(x.size(0), -1))",
        "    test_it.py::test_marked",
        "    test_it.py::test_never (passed)",
        "RNS112 warning: 2-D input read as one unbatched sequence",
        "  model.py:21  return nn.GRU(10, 16)(X[0])",
        "    test_it.py::test_warning",
        "    test_it.py::test_warning_alone (passed)",
        "not looked at",
        f"  {NO_AXES}",
        "    test_it.py::test_not_followed",
    ]


def test_the_nearest_marker_holds_and_ignored_codes_add_up(suite: Any) -> None:
    result = suite.run("""
pytestmark = pytest.mark.rnnshape(ignore=["RNS203"], fail_on="warning")

def test_of_the_module():
    unbatched()

@pytest.mark.rnnshape(ignore=["RNS112"])
class TestIt:
    def test_of_the_class(self):
        WRONG(X)
        unbatched()

@pytest.mark.rnnshape(fail_on="error")
def test_nearer():
    unbatched()
""")
    assert result.outcomes == {"passed": 2, "failed": 1}
    assert "    test_it.py::test_of_the_module" in result.section()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("fail_no='error'", "it takes no 'fail_no'; did you mean 'fail_on'?"),
        ("fail_on='errors'", "fail_on='errors': use one of error, warning, never; did you mean 'error'?"),
        ("ignore=['RNS999']", "ignore=['RNS999']: there is no rule 'RNS999'"),
        ("ignore='RNS112'", "ignore='RNS112': a list of codes is needed, as in ignore=['RNS112']"),
        ("track='some'", "track='some': use a number of steps such as 3, or all, or off"),
        ("track=-1", "track=-1: use a number of steps such as 3, or all, or off"),
        ("'batch seq'", "it takes axes, ignore, fail_on, track by name, got 'batch seq'"),
    ],
)
def test_a_marker_that_cannot_be_read(suite: Any, arguments: str, message: str) -> None:
    result = suite.run(f"@pytest.mark.rnnshape({arguments})\ndef test_it(): pass\n")
    assert result.outcomes == {"errors": 1}
    assert any(line.startswith(f"@pytest.mark.rnnshape: {message}") for line in result.lines)
    assert not result.has_a_frame_of_ours()


def test_the_marker_names_the_axes_of_every_watch(suite: Any) -> None:
    # With eight samples no size tells, and h_n holds two of them in each row.
    result = suite.run("""
X = torch.zeros(8, 9, 10)
mark = pytest.mark.rnnshape

@mark(axes="b t d")
def test_marked():
    WRONG(X)

@mark(axes={"x": "Batch Seq Feature"})
def test_named():
    WRONG(X)

@mark(axes="b t d")
def test_right():
    RIGHT(X)

@mark(axes="b t d", track="off")
def test_not_followed():
    WRONG(X)

@mark(axes="b t d")
def test_fixture(rnn_watch):
    rnn_watch(WRONG, on="log")
    WRONG(X)

def test_given(rnn_watch):
    rnn_watch(WRONG, axes="b t d", on="log")
    WRONG(X)

@mark(axes="b (t")
def test_unreadable():
    RIGHT(X)

@mark(axes={"y": "b t d"})
def test_of_no_parameter(rnn_watch):
    rnn_watch(RIGHT)
""")
    failed = [line.split(" ")[1].partition("::test_")[2] for line in result.lines if line.startswith("FAILED")]
    assert failed == ["marked", "named", "fixture", "given", "of_no_parameter"]
    assert [line for line in result.lines if line.startswith(("ERROR test", "E  "))] == [
        "E       rnnshape.errors.SpecError: axes: Classifier.forward takes no 'y', but x",
        "ERROR test_it.py::test_unreadable - Failed: @pytest.mark.rnnshape: axes: cannot read this layout: this '(' is never "
        "closed",
    ]
    assert result.outcomes == {"passed": 2, "failed": 5, "errors": 1}
