"""Suggestions: which one is offered, which is not, and that none is offered that only looks as if it fitted.

That every suggestion works on real tensors is shown by oracle/test_contract_oracle.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from rnnshape.calculator.spec import RNNSpec
from rnnshape.contracts.contract import Call, Given, Other, Packed, check_call
from rnnshape.contracts.hints import suggest
from rnnshape.report.mistake import Mistake

GRU = RNNSpec("GRU", 4, 8)
FIRST = RNNSpec("GRU", 4, 8, batch_first=True)
LSTM = RNNSpec("LSTM", 4, 8)
CELL = RNNSpec("GRU", 4, 8, cell=True)
WEIGHT = Given((24, 4))


def offered(spec: RNNSpec, given: Any, state: Any = None, weight: Given = WEIGHT) -> dict[tuple[str, str], str | None]:
    """Return what is suggested for each mismatch of a call."""
    call = Call(given, state, weight)
    return {(m.code, m.subject): suggest(spec, call, m) for m in check_call(spec, call)}


def pair(h: Any, c: Any) -> Other:
    return Other("tuple", (h, c))


# Inputs


@pytest.mark.parametrize(
    ("spec", "sizes", "suggestion"),
    [
        (GRU, (6, 4, 9), "the axis of size 4 is at dim 1: input.transpose(1, 2) fits"),
        (GRU, (4, 9, 6), "the axis of size 4 is at dim 0: input.transpose(0, 2) fits"),
        (GRU, (4, 4, 9), None),  # two axes have the size, and either could be meant
        (GRU, (6, 5, 9), None),
        (RNNSpec("GRU", 1, 8), (9, 6), "input.unsqueeze(-1) fits"),
        (RNNSpec("GRU", 1, 8), (9, 6, 2), None),
        (CELL, (4, 6), "the axis of size 4 is at dim 0: input.transpose(0, 1) fits"),
    ],
)
def test_input_of_another_width(spec: RNNSpec, sizes: tuple[int, ...], suggestion: str | None) -> None:
    assert offered(spec, Given(sizes)) == {("RNS102", "input"): suggestion}


@pytest.mark.parametrize(
    ("spec", "sizes", "suggestion"),
    [
        (GRU, (6, 1, 9, 4), "input.squeeze(1) fits"),
        (GRU, (1, 1, 9, 4), None),  # either could go
        (GRU, (6, 2, 9, 4), None),
        (GRU, (6, 1, 9, 5), None),  # and would still have another width
        (GRU, (4,), None),
        (CELL, (1, 6, 4), "input.squeeze(0) fits"),
        (CELL, (9, 6, 4), None),
    ],
)
def test_input_of_another_rank(spec: RNNSpec, sizes: tuple[int, ...], suggestion: str | None) -> None:
    assert offered(spec, Given(sizes)) == {("RNS101", "input"): suggestion}


@pytest.mark.parametrize(
    ("given", "suggestion"),
    [
        (Given((9, 6, 4), "float64"), "input.to(torch.float32) fits"),
        (Given((9, 6, 4), "int64"), "input.to(torch.float32) fits"),
        (Given((9, 4), "int64"), "token ids go through nn.Embedding(..., 4) first"),
        (Packed(Given((11, 4), "float64"), 3, 6), None),
    ],
)
def test_input_of_another_dtype(given: Any, suggestion: str | None) -> None:
    assert offered(GRU, given)["RNS110", "input"] == suggestion


def test_input_on_another_device() -> None:
    assert offered(GRU, Given((9, 6, 4)), None, Given((24, 4), device="cuda:0")) == {
        ("RNS111", "input"): "input.to('cuda:0') fits"
    }


@pytest.mark.parametrize(
    ("spec", "suggestion"),
    [(GRU, "for 6 samples of one step: input.unsqueeze(0)"), (FIRST, "for 6 samples of one step: input.unsqueeze(1)")],
)
def test_a_matrix_read_as_one_sequence(spec: RNNSpec, suggestion: str) -> None:
    assert offered(spec, Given((6, 4))) == {("RNS112", "input"): suggestion}


@pytest.mark.parametrize(
    ("given", "suggestion"),
    [
        (Other("tuple", (Given((9, 6, 4)), Given((1, 6, 8)))), "input[0] fits"),
        (Other("tuple", (Packed(Given((11, 4)), 3, 6), Given((1, 3, 8)))), "input[0] fits"),
        (Other("tuple", (Given((9, 6, 5)), Given((1, 6, 8)))), None),
        (Other("tuple"), None),
        (Other("dict"), None),
    ],
)
def test_input_that_is_no_tensor(given: Other, suggestion: str | None) -> None:
    assert offered(GRU, given) == {("RNS113", "input"): suggestion}


def test_nothing_mends_an_empty_sequence() -> None:
    assert offered(GRU, Given((0, 6, 4))) == {("RNS115", "input"): None}


# States


@pytest.mark.parametrize(
    ("spec", "given", "state", "suggestion"),
    [
        (GRU, Given((9, 6, 4)), Given((2, 6, 8)), "torch.zeros(1, 6, 8) fits"),
        (GRU, Given((9, 6, 4)), Given((6, 1, 8)), "h_0.transpose(0, 1) fits"),
        (GRU, Given((9, 6, 4)), Given((6, 8)), "h_0.unsqueeze(0) fits"),
        (GRU, Given((9, 4)), Given((1, 1, 8)), "h_0.squeeze(0) fits"),
        (GRU, Given((9, 6, 4)), Given((48,)), "torch.zeros(1, 6, 8) fits"),
        (GRU, Given((9, 6, 4)), Given((1, 5, 8)), "torch.zeros(1, input.size(1), 8) fits"),
        (FIRST, Given((6, 9, 4)), Given((1, 5, 8)), "torch.zeros(1, input.size(0), 8) fits"),
        (GRU, Given((9, 6, 4)), Given((1, 9, 8)), "if the input is (batch, seq, feature): input.transpose(0, 1) fits; "
                                                           "else torch.zeros(1, input.size(1), 8) fits"),
        (FIRST, Given((6, 9, 4)), Given((1, 9, 8)), "if the input is (seq, batch, feature): input.transpose(0, 1) fits; "
                                                             "else torch.zeros(1, input.size(0), 8) fits"),
        (GRU, Packed(Given((11, 4)), 3, 6), Given((1, 5, 8)), "torch.zeros(1, 3, 8) fits"),
        (GRU, Given((9, 6, 4)), Given((1, 6, 16)), "torch.zeros(1, 6, 8) fits"),
        (CELL, Given((6, 4)), Given((5, 8)), "torch.zeros(input.size(0), 8) fits"),
        (GRU, Given((9, 6, 4)), Given((1, 6, 8), "float64"), "h_0.to(input.dtype) fits"),
        (GRU, Packed(Given((11, 4)), 3, 6), Given((1, 3, 8), "float64"), "h_0.to(input.data.dtype) fits"),
        (GRU, Given((9, 6, 4)), Given((1, 6, 8), device="cuda:0"), "h_0.to(input.device) fits"),
    ],
)  # fmt: skip
def test_one_state(spec: RNNSpec, given: Any, state: Given, suggestion: str) -> None:
    (found,) = offered(spec, given, state).values()
    assert found == suggestion


def test_a_state_follows_the_weights_where_the_input_is_wrong_itself() -> None:
    found = offered(GRU, Given((9, 6, 4), "int64", "meta"), Given((1, 6, 8), "float64", "cuda:0"))
    assert found == {
        ("RNS110", "input"): "input.to(torch.float32) fits",
        ("RNS111", "input"): "input.to('cpu') fits",
        ("RNS110", "h_0"): "h_0.to(torch.float32) fits",
        ("RNS111", "h_0"): "h_0.to('cpu') fits",
    }


@pytest.mark.parametrize(
    ("given", "state", "suggestion"),
    [
        (Given((9, 6, 4)), Given((2, 6, 8)), None),
        (Given((9, 6, 4)), Given((1, 5, 8)), None),
        (Given((9, 6, 4)), Given((1, 9, 8)), "if the input is (batch, seq, feature): input.transpose(0, 1) fits"),
        (Given((9, 6, 4)), Given((6, 1, 8)), "h_0.transpose(0, 1) fits"),
        (Given((9, 6, 4)), Given((6, 8)), "h_0.unsqueeze(0) fits"),
    ],
)
def test_a_state_that_was_computed_is_not_made_anew(given: Given, state: Given, suggestion: str | None) -> None:
    call = Call(given, state, WEIGHT)
    (mistake,) = check_call(GRU, call)
    assert suggest(GRU, call, mistake, computed=True) == suggestion


def test_nothing_is_suggested_for_a_state_while_the_sizes_of_the_input_are_wrong() -> None:
    assert offered(CELL, Given((1, 9)), Given((5, 8))) == {("RNS102", "input"): None, ("RNS106", "h_0"): None}


def test_an_input_is_not_turned_where_its_state_would_fit_in_another_way() -> None:
    assert offered(CELL, Given((4, 9)), Given((5, 8))) == {("RNS102", "input"): None, ("RNS106", "h_0"): None}
    assert offered(CELL, Given((4, 9)), Given((9, 8)))["RNS102", "input"] == (
        "the axis of size 4 is at dim 0: input.transpose(0, 1) fits"
    )


@pytest.mark.parametrize("where", [{"dtype": "float64"}, {"device": "cuda:0"}])
def test_new_zeros_where_plain_zeros_would_have_another_dtype_or_device(where: dict[str, str]) -> None:
    found = offered(GRU, Given((9, 6, 4), **where), Given((2, 6, 8), **where), Given((24, 4), **where))
    assert found == {("RNS103", "h_0"): "h_0.new_zeros(1, 6, 8) fits"}


def test_what_plain_zeros_make_is_the_default_of_torch() -> None:
    for default, suggestion in (("float32", "torch.zeros(1, 6, 8) fits"), ("float64", "h_0.new_zeros(1, 6, 8) fits")):
        call = Call(Given((9, 6, 4)), Given((2, 6, 8)), WEIGHT, default_dtype=default)
        (mismatch,) = check_call(GRU, call)
        assert suggest(GRU, call, mismatch) == suggestion


def test_a_pair_of_states() -> None:
    x, right, wrong = Given((9, 6, 4)), Given((1, 6, 8)), Given((6, 1, 8))
    assert offered(LSTM, x, pair(wrong, wrong)) == {("RNS104", "h_0 and c_0"): "h_0.transpose(0, 1) fits, and likewise for c_0"}
    assert offered(LSTM, x, pair(wrong, right)) == {("RNS104", "h_0"): "h_0.transpose(0, 1) fits"}
    assert offered(LSTM, x, pair(right, wrong)) == {("RNS104", "c_0"): "c_0.transpose(0, 1) fits"}
    assert offered(LSTM, x, pair(wrong, Given((6, 8)))) == {
        ("RNS104", "h_0"): "h_0.transpose(0, 1) fits",
        ("RNS105", "c_0"): "c_0.unsqueeze(0) fits",
    }


@pytest.mark.parametrize(
    ("spec", "state", "suggestion"),
    [
        (LSTM, Given((1, 6, 8)), "(h_0, torch.zeros_like(h_0)) fits"),
        (LSTM, Given((6, 8)), None),
        (LSTM, Other("tuple", (Given((1, 6, 8)),)), None),
        (RNNSpec("LSTM", 4, 8, proj_size=3), Given((1, 6, 3)), None),  # c_0 has another width
        (GRU, pair(Given((1, 6, 8)), Given((1, 6, 8))), "hx[0] fits"),
        (GRU, pair(Given((2, 6, 8)), Given((2, 6, 8))), None),
        (GRU, Other("int"), None),
    ],
)
def test_another_number_of_states(spec: RNNSpec, state: Any, suggestion: str | None) -> None:
    (found,) = offered(spec, Given((9, 6, 4)), state).values()
    assert found == suggestion


def test_nothing_mends_a_state_of_an_input_that_is_none() -> None:
    call = Call(Given((9,)), Given((1, 6, 8)), WEIGHT)
    assert suggest(GRU, call, Mistake("RNS103", "made up", subject="h_0")) is None
