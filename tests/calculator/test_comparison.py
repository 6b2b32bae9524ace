"""What differs between predictions: the tables, and that nothing is left out or made up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape import Prediction, SpecTypeError, predict

COSTS = ("parameter_count", "flops_per_step", "flops", "state_bytes", "saved_bytes", "peak_bytes")
TENSORS = ("input", "h_0", "c_0", "output", "h_n", "c_n", "padded")


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    """Build predictions that are often equal, or nearly."""
    kind = draw(st.sampled_from(["GRU", "LSTM", "GRUCell"]))
    few = {"hidden_size": [4, 5], "bias": [True, False]}
    if kind != "GRUCell":
        few |= {"num_layers": [1, 2], "bidirectional": [False, True], "batch_first": [False, True], "dropout": [0.0, 0.5]}
    config: dict[str, Any] = {name: draw(st.sampled_from(values)) for name, values in few.items()}
    how: dict[str, Any] = draw(st.sampled_from([{}, {"batch": 2}, {"batch": None}]))
    if kind != "GRUCell" and draw(st.booleans()):
        how = {"lengths": draw(st.sampled_from([[3, 1], [2, 2]]))}
    return predict(kind, 3, **config, **how, dtype=draw(st.sampled_from(["float32", "float16"])))


@given(predictions(), predictions())
def test_all_that_differs_is_named_and_nothing_else(a: Prediction, b: Prediction) -> None:
    found = a.diff(b)
    assert bool(found) == (a != b)
    for names, changes in ((TENSORS, found.tensors), (COSTS, found.costs)):
        named = {c.name: (c.before, c.after) for c in changes}
        assert named == {n: (getattr(a, n), getattr(b, n)) for n in names if getattr(a, n) != getattr(b, n)}
    weights = {c.name: (c.before, c.after) for c in found.parameters}
    both = a.parameters.keys() | b.parameters.keys()
    unlike = {n for n in both if a.parameters.get(n) != b.parameters.get(n)}
    assert weights == {n: (a.parameters.get(n), b.parameters.get(n)) for n in unlike}
    arguments = {c.name: (c.before, c.after) for c in found.configuration}
    assert all(before != after for before, after in arguments.values())
    assert bool(arguments) == (a != b)
    back = b.diff(a)
    assert [(c.name, c.after, c.before) for c in back.configuration] == list(found.configuration)
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


def issue_example(**changes: Any) -> Prediction:
    return predict("LSTM", 10, 16, **{"num_layers": 2, "batch": 6, "seq": 9, **changes})


def test_batch_first() -> None:
    difference = issue_example(bidirectional=True).diff(issue_example(bidirectional=True, batch_first=True))
    assert (
        f"{difference!r}\n"
        == """\
LSTM(10, 16, num_layers=2, bidirectional=True) -> LSTM(10, 16, num_layers=2, batch_first=True, bidirectional=True)
  batch_first  False                                               ->  True
  input        seq=9 batch=6 feature=10                (9, 6, 10)  ->  batch=6 seq=9 feature=10                (6, 9, 10)
  output       seq=9 batch=6 (directions=2 hidden=16)  (9, 6, 32)  ->  batch=6 seq=9 (directions=2 hidden=16)  (6, 9, 32)
  saved_bytes  105,840                                             ->  108,000                                 x 1.02
  peak_bytes   49,008                                              ->  54,000                                  x 1.102
"""
    )
    assert "h_n" not in [change.name for change in difference.tensors], "a state is never batch-first"


def test_bidirectional() -> None:
    difference = issue_example().diff(issue_example(bidirectional=True))
    assert (
        f"{difference!r}\n"
        == """\
LSTM(10, 16, num_layers=2) -> LSTM(10, 16, num_layers=2, bidirectional=True)
  bidirectional    False                                   ->  True
  h_0 c_0 h_n c_n  layers=2 batch=6 hidden=16  (2, 6, 16)  ->  (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)
  output           seq=9 batch=6 hidden=16     (9, 6, 16)  ->  seq=9 batch=6 (directions=2 hidden=16)     (9, 6, 32)
  parameter_count  3,968                                   ->  9,984                                      x 2.516
  flops_per_step   7,424                                   ->  18,944                                     x 2.552
  flops            400,896                                 ->  1,022,976                                  x 2.552
  state_bytes      1,536                                   ->  3,072                                      x 2
  saved_bytes      54,000                                  ->  105,840                                    x 1.96
  peak_bytes       29,040                                  ->  49,008                                     x 1.688
"""
    )
    assert difference.costs[2].after == 18944 * 9 * 6


def test_mode_and_projection() -> None:
    difference = issue_example(proj_size=4).diff(predict("GRU", 10, 16, num_layers=3, batch="B", seq=9))
    assert (
        f"{difference!r}\n"
        == """\
LSTM(10, 16, num_layers=2, proj_size=4) -> GRU(10, 16, num_layers=3)
  mode             LSTM                                    ->  GRU
  num_layers       2                                       ->  3
  proj_size        4                                       ->  0
  batch            6                                       ->  B
  input            seq=9 batch=6 feature=10    (9, 6, 10)  ->  seq=9 batch=B feature=10    (9, B, 10)
  h_0 h_n          layers=2 batch=6 proj=4     (2, 6, 4)   ->  layers=3 batch=B hidden=16  (3, B, 16)
  c_0 c_n          layers=2 batch=6 hidden=16  (2, 6, 16)  ->  none
  output           seq=9 batch=6 proj=4        (9, 6, 4)   ->  seq=9 batch=B hidden=16     (9, B, 16)
  parameter_count  1,792                                   ->  4,608                       x 2.571
  flops_per_step   3,072                                   ->  8,640                       x 2.812
  flops            165,888                                 ->  77760*B
  state_bytes      960                                     ->  192*B
  saved_bytes      53,136                                  ->  13608*B
  peak_bytes       22,128                                  ->  unknown
"""
    )
    assert difference.tensors[2].after is None


def test_packed() -> None:
    difference = predict("GRU", 3, 4, batch=2, seq=5).diff(predict("GRU", 3, 4, lengths=[5, 2]))
    assert (
        f"{difference!r}\n"
        == """\
GRU(3, 4)
  lengths      none                                ->  (5, 2)
  input        seq=5 batch=2 feature=3  (5, 2, 3)  ->  packed=7 feature=3      (7, 3)
  output       seq=5 batch=2 hidden=4   (5, 2, 4)  ->  packed=7 hidden=4       (7, 4)
  padded       none                                ->  seq=5 batch=2 hidden=4  (5, 2, 4)
  flops        1,680                               ->  1,176                   x 0.7
  saved_bytes  1,240                               ->  868                     x 0.7
  peak_bytes   952                                 ->  unknown
"""
    )


def test_predictions_that_are_equal_say_so() -> None:
    p = issue_example()
    assert not p.diff(issue_example())
    assert repr(p.diff(issue_example())) == "LSTM(10, 16, num_layers=2): no difference"
    assert p.diff(issue_example()).to_dict()["configuration"] == {}


def test_a_configuration_that_changes_no_size() -> None:
    difference = predict("GRU", 3, 4).diff(predict("GRU", 3, 4, dropout=0.5))
    assert difference
    assert (
        f"{difference!r}\n"
        == """\
GRU(3, 4) -> GRU(3, 4, dropout=0.5)
  dropout  0.0  ->  0.5
  no shape, parameter or cost differs
"""
    )


def test_parameters_of_other_names() -> None:
    difference = predict("GRU", 3, 4).diff(predict("GRUCell", 3, 4))
    names = {change.name: (change.before is None, change.after is None) for change in difference.parameters}
    assert names["weight_ih_l0"] == (False, True)
    assert names["weight_ih"] == (True, False)
    assert difference.to_dict()["parameters"]["weight_ih"] == {
        "before": None,
        "after": {"layout": "(gates=3 hidden=4) feature=3", "sizes": [12, 3]},
    }


def test_a_cost_that_was_nothing_has_no_factor() -> None:
    rows = repr(predict("GRU", 3, 4, batch=0, seq=5).diff(predict("GRU", 3, 4, batch=2, seq=5))).splitlines()
    [row] = [row for row in rows if row.startswith("  flops")]
    assert row.split() == ["flops", "0", "->", "1,680"]


def test_a_comparison_with_something_else() -> None:
    with pytest.raises(SpecTypeError) as caught:
        predict("GRU", 3, 4).diff("GRU")  # type: ignore[arg-type]
    assert str(caught.value) == "diff(str): a prediction is needed, as in p.diff(predict('GRU', 4, 8))"
