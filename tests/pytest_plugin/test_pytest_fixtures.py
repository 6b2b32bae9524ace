"""Every fixture, and the marker rnn_specs."""

from __future__ import annotations

from typing import Any

import pytest

LINE = "model.py:15, in Classifier.forward:  return self.fc(h_n.view(x.size(0), -1))"
SAID = "samples are mixed: along dim 1 of (6, 64) lie samples 0, 1, 2 and 3, and Linear takes that dim for features"
MIXED = f"""\
RNS203 error: fc (Linear): {SAID}
  before    (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)
  view      (6, 64)
  instead of h_n.view(x.size(0), -1): h_n.transpose(0, 1).flatten(1)
  at {LINE}
  confirmed: changing sample 1 changes 100% of sample 0's output
  see: rnnshape explain RNS203"""


def test_rnn_watch_is_a_watch_that_has_begun_and_ends_with_the_test(suite: Any) -> None:
    result = suite.run("""
def test_report(rnn_watch):
    report = rnn_watch(RIGHT).report
    RIGHT(X)
    assert [event.calls for event in report.events] == [1]

def test_with(rnn_watch):
    with rnn_watch(RIGHT, track=True) as report:
        RIGHT(X)
    RIGHT(X)
    assert [event.calls for event in report.events] == [1]

def test_everything(rnn_watch):
    report = rnn_watch().report
    nn.GRUCell(10, 16)(X[0])
    assert [event.kind for event in report.events] == ["GRUCell"]

def test_nothing_is_left():
    assert "__call__" not in vars(nn.RNNBase)
""")
    assert result.outcomes == {"passed": 4}
    assert result.section() == []


def test_rnn_watch_raises_at_the_users_line(suite: Any) -> None:
    result = suite.run("""
def test_contract(rnn_watch):
    layer = nn.GRU(10, 16)
    rnn_watch(layer)
    layer(X, torch.zeros(2, 9, 16))

def test_meaning(rnn_watch):
    rnn_watch(WRONG)
    WRONG(X)
""")
    assert result.outcomes == {"failed": 2}
    assert result.says(
        ">       layer(X, torch.zeros(2, 9, 16))",
        "E       rnnshape.errors.ContractError: RNS103 error: GRU: h_0 axis 'layers' is 2, expected 1",
        "test_it.py:8: ContractError",
        "model.py:15: ContractError",
    )
    assert "E       " + MIXED.splitlines()[1] in result.lines
    assert not result.has_a_frame_of_ours()
    assert not any("torch/nn" in line for line in result.lines)
    assert not any(line.strip("- ") == "rnnshape" for line in result.lines), "the exception has said it"
    assert result.section() == [
        "RNS103 error: state with another number of rows",
        "  test_it.py:8  layer(X, torch.zeros(2, 9, 16))",
        "    test_it.py::test_contract",
        "RNS203 error: samples mixed",
        "  model.py:15  return self.fc(h_n.view(x.size(0), -1))",
        "    test_it.py::test_meaning",
    ]


def test_what_rnn_watch_does_not_raise_fails_at_the_end(suite: Any) -> None:
    source = """
@pytest.mark.rnnshape(fail_on="warning")
def test_unbatched(rnn_watch):
    {}
    unbatched()
"""
    for call in ("rnn_watch()", 'rnn_watch(on="record", track=True)'):
        result = suite.run(source.format(call), "-W", "ignore::rnnshape.RNNShapeWarning")
        assert result.outcomes == {"failed": 1}
        said = "RNS112 warning: GRU: input of 2 dims is read as one unbatched sequence"
        assert result.says(said, "  at model.py:21, in unbatched:")
        assert not result.has_a_frame_of_ours()


def test_a_test_that_expects_a_contract_error_passes(suite: Any) -> None:
    result = suite.run("""
import rnnshape

@pytest.mark.rnnshape(fail_on="warning")
@pytest.mark.parametrize("call", [lambda: WRONG(X), refused])
def test_expected(rnn_watch, call):
    rnn_watch()
    with pytest.raises(rnnshape.ContractError) as caught:
        call()
    assert caught.value.findings
""")
    assert result.outcomes == {"passed": 2}
    assert result.section() == []


def test_rnn_watch_takes_the_arguments_of_watch(suite: Any) -> None:
    result = suite.run("""
def test_ignored(rnn_watch):
    rnn_watch(WRONG, ignore=["RNS203"])
    WRONG(X)

def test_not_followed(rnn_watch):
    rnn_watch(WRONG, track=False)
    WRONG(X)

def test_wrong_argument(rnn_watch):
    rnn_watch(WRONG, ignore="RNS203")

def test_nothing_to_watch(rnn_watch):
    rnn_watch(nn.Linear(1, 1), track=False)
""")
    assert result.outcomes == {"passed": 2, "failed": 2}
    assert result.says(
        "E       rnnshape.errors.SpecError: ignore='RNS203': a list of codes is needed, as in ignore=['RNS203']",
        "E       rnnshape.errors.RNNShapeError: Linear has no recurrent layer, so there is nothing to watch in it; of a "
        "recurrent model made by hand, track=3 follows the axes",
    )
    assert not result.has_a_frame_of_ours()


def test_rnn_diagnose(suite: Any) -> None:
    result = suite.run("""
def test_right(rnn_diagnose):
    report = rnn_diagnose(RIGHT, X, axes="batch seq feature")
    assert report.ok

def test_wrong(rnn_diagnose):
    rnn_diagnose(WRONG, X, axes="batch seq feature")

def test_ignored(rnn_diagnose):
    rnn_diagnose(WRONG, X, axes="batch seq feature", ignore=["RNS203"])

def test_the_model_raises(rnn_diagnose):
    rnn_diagnose(RIGHT, X[..., :9], axes="batch seq feature")

@pytest.mark.rnnshape(fail_on="never")
def test_looked_at(rnn_diagnose):
    report = rnn_diagnose(WRONG, X, axes="batch seq feature")
    assert [finding.code for finding in report.findings] == ["RNS203"]
""")
    assert result.outcomes == {"passed": 3, "failed": 2}
    assert MIXED in "\n".join(result.lines)
    assert result.says("RNS102 error: rnn (LSTM): input axis 'feature' is 9, expected input_size=10", "  at model.py:12")
    assert "    test_it.py::test_looked_at (passed)" in result.section()
    assert not result.has_a_frame_of_ours()


def test_rnn_predict(suite: Any) -> None:
    result = suite.run("""
import rnnshape

def test_sizes(rnn_predict):
    assert rnn_predict is rnnshape.predict
    assert rnn_predict("GRU", 10, 16, batch=6, seq=9).output.sizes == (9, 6, 16)

def test_wrong(rnn_predict):
    rnn_predict("LSTM", 10, 16, num_layers=2, batch=6).h_n.reshape(6, -1)
""")
    assert result.outcomes == {"passed": 1, "failed": 1}
    assert result.says(
        '>       rnn_predict("LSTM", 10, 16, num_layers=2, batch=6).h_n.reshape(6, -1)',
        "E       rnnshape.errors.LayoutError: reshape(6, -1) interleaves samples: no dim of the result is batch",
    )
    assert not result.has_a_frame_of_ours()


def test_assert_layout(suite: Any) -> None:
    result = suite.run("""
def test_right(assert_layout):
    x = assert_layout(X, "batch seq feature=10", batch=6)
    assert x is X
    assert_layout(RIGHT(X), "batch classes=5")

def test_one_size_in_a_test(assert_layout):
    assert_layout(X, "batch seq feature")
    assert_layout(torch.zeros(5, 3), "batch classes")

def test_another_size_in_another_test(assert_layout):
    assert_layout(torch.zeros(5, 3), "batch classes")

def test_wrong(assert_layout):
    assert_layout(X, "batch feature=10 seq")
""")
    assert [line.split(" ")[1].split("::")[1] for line in result.lines if line.startswith("FAILED")] == [
        "test_one_size_in_a_test",
        "test_wrong",
    ]
    assert result.outcomes == {"passed": 2, "failed": 2}
    wrong = "E       rnnshape.errors.LayoutAssertionError: x axis"
    assert result.says('>       assert_layout(torch.zeros(5, 3), "batch classes")', f"{wrong} 'batch' is 5, expected 6")
    assert result.says('>       assert_layout(X, "batch feature=10 seq")', f"{wrong} 'feature' is 9, expected 10")
    assert not result.has_a_frame_of_ours()


# rnn_specs


def test_rnn_specs_runs_a_test_for_every_configuration(suite: Any) -> None:
    source = """
@pytest.mark.rnn_specs(mode=["GRUCell"], bias=[True, False])
@pytest.mark.rnn_specs(mode=["LSTM", "RNN_RELU"], num_layers=[1, 2], bidirectional=[False, True], batch_first=True)
def test_layer(rnn_spec, rnn_predict):
    assert (rnn_spec.input_size, rnn_spec.hidden_size) == (5, 7)
    assert rnn_spec.batch_first or rnn_spec.cell
    assert rnn_predict(rnn_spec).spec is rnn_spec

@pytest.fixture
def layer(rnn_spec):
    return nn.GRU(rnn_spec.input_size, rnn_spec.hidden_size, rnn_spec.num_layers)

@pytest.mark.rnn_specs(mode="GRU", input_size=range(1, 3), hidden_size=4)
class TestThroughAFixture:
    def test_sizes(self, layer):
        assert layer.weight_ih_l0.shape == (12, layer.input_size)
"""
    result = suite.run(source, "--collect-only", "-q")
    assert [line for line in result.lines if "::" in line] == [
        *(f"test_it.py::test_layer[{name}]" for name in (
            "GRUCell",
            "GRUCell-no_bias",
            "LSTM-batch_first",
            "LSTM-batch_first-bidirectional",
            "LSTM-num_layers2-batch_first",
            "LSTM-num_layers2-batch_first-bidirectional",
            "RNN_RELU-batch_first",
            "RNN_RELU-batch_first-bidirectional",
            "RNN_RELU-num_layers2-batch_first",
            "RNN_RELU-num_layers2-batch_first-bidirectional",
        )),
        "test_it.py::TestThroughAFixture::test_sizes[GRU-input_size1]",
        "test_it.py::TestThroughAFixture::test_sizes[GRU-input_size2]",
    ]  # fmt: skip
    assert suite.run(source).outcomes == {"passed": 12}
    assert suite.run(source, "-k", "RNN_RELU and num_layers2 and not bidirectional").outcomes == {"passed": 1, "deselected": 11}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('mode=["LSTM"], proj_size=[0, 7]', "mode='LSTM', proj_size=7: proj_size=7: must be smaller than hidden_size=7"),
        ('mode=["LSMT"]', "mode='LSMT': there is no recurrent layer 'LSMT'; use one of RNN, LSTM, GRU"),
        ('["GRU"], num_layer=[1]', "mode='GRU', num_layer=1: GRU has no argument 'num_layer'; did you mean 'num_layers'?"),
        ("num_layers=[1]", 'mode is needed, as in rnn_specs(mode=["LSTM", "GRU"])'),
        ('mode=["GRUCell"], num_layers=1', "mode='GRUCell', num_layers=1: num_layers=1: a cell has no num_layers"),
    ],
)
def test_rnn_specs_that_torch_would_reject(suite: Any, arguments: str, message: str) -> None:
    result = suite.run(f"@pytest.mark.rnn_specs({arguments})\ndef test_layer(rnn_spec): pass\n")
    assert result.outcomes == {"errors": 1}
    assert any(line.startswith(f"test_it.py::test_layer: @pytest.mark.rnn_specs: {message}") for line in result.lines)
    assert not result.has_a_frame_of_ours()


def test_rnn_spec_without_its_marker(suite: Any) -> None:
    result = suite.run("def test_layer(rnn_spec): pass\n")
    assert result.outcomes == {"errors": 1}
    assert 'rnn_spec has no configurations: use @pytest.mark.rnn_specs(mode=["LSTM", "GRU"], ...)' in result.lines
