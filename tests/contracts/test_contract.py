"""The contract of a recurrent layer: every mistake with the whole text that a user reads, and its corrected twin.

The calls stand in contract_calls.py, and what a watch says of the wrong ones in golden/contract.txt. That the contract is
torch's is shown by oracle/test_contract_oracle.py, not here.
"""

from __future__ import annotations

import linecache
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from contract_calls import CALLS
from expected import Expected, findings_text, sections
from torch import nn, zeros
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnshape import ContractError, Report, RNNShapeWarning, diagnose, watch
from rnnshape.calculator.spec import RNNSpec
from rnnshape.contracts.contract import Call, Given, Other, Packed, check_call, check_result, predicted, unstacked
from rnnshape.report.catalogue import RULES, rule
from rnnshape.report.words import message_of

GOLDEN = Path(__file__).parents[1] / "golden" / "contract.txt"


class Case(NamedTuple):
    """A wrong call of a layer, and its corrected twin."""

    name: str
    layer: str
    wrong: str
    right: str

    @property
    def code(self) -> str:
        return self.name.split()[0]

    @property
    def file(self) -> str:
        return self.name.replace(" ", "-") + ".py"


CASES = [Case(*call) for call in CALLS]
ids = {"ids": [case.name for case in CASES]}


class Narrow(nn.GRU):
    """Returns the first features only, against its own hidden_size."""

    kept = 2

    def keep(self, kept: int) -> Narrow:
        self.kept = kept
        return self

    def forward(self, input: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(input, hx)
        return output[..., : self.kept], h_n


class Last(nn.GRU):
    """Returns the last step only, where it begins without a state."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(input, hx)
        return output[-1] if hx is None else output, h_n


class Turned(nn.GRU):
    """Returns its state batch-first, as none of torch's layers does."""

    turns = True

    def keep(self, turns: bool) -> Turned:
        self.turns = turns
        return self

    def forward(self, input: Any, hx: Any = None) -> Any:
        output, h_n = super().forward(input, hx)
        return output, h_n.transpose(0, 1) if self.turns else h_n


def packed(width: int) -> PackedSequence:
    return pack_padded_sequence(zeros(6, 3, width), [6, 3, 2])


NAMES: dict[str, Any] = {
    "torch": torch,
    "nn": nn,
    "zeros": zeros,
    "PackedSequence": PackedSequence,
    "packed": packed,
    "Narrow": Narrow,
    "Last": Last,
    "Turned": Turned,
}


def run(case: Case, call: str) -> tuple[Report, str]:
    """Run a call as the only line of a file, under a watch; return the report and what the user is told."""
    linecache.cache[case.file] = (len(call), None, [call], case.file)
    names = {**NAMES, "rnn": eval(case.layer, NAMES)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", RNNShapeWarning)
        with watch(names["rnn"]) as report:
            try:
                exec(compile(call, case.file, "exec"), names)
            except ContractError as error:
                return report, str(error)
    return report, "\n\n".join(str(w.message) for w in caught)


@pytest.mark.parametrize("case", CASES, **ids)
def test_a_mistake_is_told(case: Case) -> None:
    report, told = run(case, case.wrong)
    assert told == message_of(report.findings)
    assert report.findings[0].code == case.code
    assert not report.ok
    for finding in report.findings:
        assert finding.severity == rule(finding.code).severity
        assert (finding.location and finding.location.code) == case.wrong


def test_every_word_is_expected(expected: Expected) -> None:
    said = {f"{c.name}: {c.layer}": findings_text(run(c, c.wrong)[0].findings, GOLDEN.parent) for c in CASES}
    assert all(said.values())
    expected(GOLDEN, sections(said))


@pytest.mark.parametrize("case", CASES, **ids)
def test_the_right_call_is_silent(case: Case) -> None:
    report, told = run(case, case.right)
    assert (report.findings, told, report.unfollowed) == ((), "", ())
    assert [event.calls for event in report.events] == [1]


def test_every_code_has_a_case() -> None:
    """RNS116 to RNS120 are read from exceptions, since the layer's own call is right, or is never reached."""
    family = {code for code in RULES if code.startswith("RNS1")}
    assert {case.code for case in CASES} == family - {"RNS116", "RNS117", "RNS118", "RNS119", "RNS120"}
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_tuple_given_to_the_next_module() -> None:
    report = diagnose(nn.Sequential(nn.LSTM(4, 8), nn.Linear(8, 3)), zeros(9, 6, 4))
    assert list(map(str, report.findings)) == [
        "RNS116 error: tuple where a tensor is due\n"
        "  1 (Linear): Linear gets the tuple (output, state) of a recurrent layer, and takes a tensor\n"
        "  unpack it first: output, state = rnn(x)\n"
        "  see: rnnshape explain RNS116"
    ]

    class First(nn.LSTM):
        def forward(self, input: Any) -> Any:
            return super().forward(input)[0]

    assert diagnose(nn.Sequential(First(4, 8), nn.Linear(8, 3)), zeros(9, 6, 4)).findings == ()


# The contract itself, without torch

LAYER = RNNSpec("GRU", 4, 8, num_layers=2)
PAIR = RNNSpec("LSTM", 4, 8, proj_size=3, batch_first=True)
X = Given((9, 6, 4))
H = Given((2, 6, 8))
WEIGHT = Given((24, 4))


def codes(spec: RNNSpec, call: Call) -> list[tuple[str, str]]:
    return [(m.code, m.subject) for m in check_call(spec, call)]


def test_every_mismatch_of_a_call_is_collected_in_order() -> None:
    call = Call(Given((9, 6, 5), "float64", "cuda:0"), Given((1, 5, 7), "float16", "cuda:1"), WEIGHT)
    assert codes(LAYER, call) == [
        ("RNS102", "input"),
        ("RNS110", "input"),
        ("RNS111", "input"),
        ("RNS103", "h_0"),
        ("RNS106", "h_0"),
        ("RNS107", "h_0"),
        ("RNS110", "h_0"),
        ("RNS111", "h_0"),
    ]


def test_states_that_are_alike_are_told_together_and_others_apart() -> None:
    spec = RNNSpec("LSTM", 4, 8)
    wrong, other = Given((1, 5, 8)), Given((1, 7, 8))
    assert codes(spec, Call(X, Other("tuple", (wrong, wrong)))) == [("RNS106", "h_0 and c_0")]
    assert codes(spec, Call(X, Other("list", (wrong, other)))) == [("RNS106", "h_0"), ("RNS106", "c_0")]
    # h_0 and c_0 of a projected LSTM have different widths, so one size cannot be right for both.
    alike = Given((1, 9, 8))
    assert codes(PAIR, Call(X, Other("tuple", (alike, alike)))) == [("RNS107", "h_0")]


def test_a_state_is_not_judged_where_the_input_decides_nothing() -> None:
    assert codes(LAYER, Call(Given((9,)), Given((1,)))) == [("RNS101", "input")]
    assert codes(LAYER, Call(Other("NoneType"), H)) == [("RNS113", "input")]
    assert codes(LAYER, Call(Other("NoneType"), Other("tuple", (H, H)))) == [("RNS113", "input"), ("RNS109", "hx")]


def test_dtypes_are_torchs_own_choice_under_autocast_and_devices_are_not() -> None:
    call = Call(Given((9, 6, 4), "bfloat16"), Given((2, 6, 8), "bfloat16", "meta"), WEIGHT)
    assert codes(LAYER, call) == [("RNS110", "input"), ("RNS110", "h_0"), ("RNS111", "h_0")]
    assert codes(LAYER, replace(call, autocast=True)) == [("RNS111", "h_0")]


def test_without_a_weight_to_look_at_only_sizes_are_judged() -> None:
    assert codes(LAYER, Call(Given((9, 6, 4), "int64", "meta"), Given((2, 6, 8), "bool"))) == []


@pytest.mark.parametrize(
    ("state", "unstacks"),
    [(Given((2, 1, 3)), True), (Given((3, 1, 3)), False), (Given(()), False), (Other("tuple", (H, H)), False), (None, False)],
)
def test_two_states_in_one_tensor_are_a_pair_for_an_unbatched_lstm(state: Any, unstacks: bool) -> None:
    call = Call(Given((9, 4)), state)
    spec = RNNSpec("LSTM", 4, 3)
    assert (unstacked(spec, call) != call) is unstacks
    assert unstacked(RNNSpec("GRU", 4, 3), call) == call
    assert unstacked(spec, Call(X, state)) == Call(X, state)
    if unstacks:
        assert unstacked(spec, call).state == Other("tuple", (Given((1, 3)), Given((1, 3))))
        assert check_call(spec, call) == ()


@pytest.mark.parametrize(
    ("spec", "given", "expected"),
    [
        (LAYER, X, (6, 9)),
        (PAIR, X, (9, 6)),
        (LAYER, Given((9, 4)), (None, 9)),
        (LAYER, Packed(Given((11, 4)), 3, 6), (3, 6)),
        (RNNSpec("GRU", 4, 8, cell=True), Given((6, 4)), (6, None)),
        (RNNSpec("GRU", 4, 8, cell=True), Given((4,)), (None, None)),
        (LAYER, Given((4,)), None),
        (LAYER, Given((1, 9, 6, 4)), None),
        (LAYER, Other("list"), None),
        (LAYER, Packed(Given((11, 4, 1)), 3, 6), None),
        (RNNSpec("GRU", 4, 8, cell=True), X, None),
        (RNNSpec("GRU", 4, 8, cell=True), Packed(Given((11, 4)), 3, 6), None),
    ],
)
def test_batch_and_steps_of_a_call(spec: RNNSpec, given: Any, expected: tuple[int | None, int | None] | None) -> None:
    found = predicted(spec, Call(given))
    sizes = found and dict(zip(found.input.names, found.input.sizes, strict=True))
    assert (sizes and (sizes.get("batch"), sizes.get("seq"))) == expected


# Results

CELL, LSTM_CELL = RNNSpec("GRU", 4, 8, cell=True), RNNSpec("LSTM", 4, 8, cell=True)
RUN = Packed(Given((11, 4)), 3, 6)
H_N = "h_n axis 'batch' is 6, expected 3"


def pair(*items: Any) -> Other:
    return Other("tuple", items)


@pytest.mark.parametrize(
    ("spec", "given", "result"),
    [
        (LAYER, X, pair(Given((9, 6, 8)), H)),
        (LAYER, Given((9, 4)), pair(Given((9, 8)), Given((2, 8)))),
        (LAYER, RUN, pair(Packed(Given((11, 8)), 3, 6), Given((2, 3, 8)))),
        (LAYER, RUN, pair(Given((6, 3, 8)), Given((2, 3, 8)))),
        (PAIR, X, pair(Given((9, 6, 3)), pair(Given((1, 9, 3)), Given((1, 9, 8))))),
        (CELL, Given((6, 4)), Given((6, 8))),
        (LSTM_CELL, Given((4,)), pair(Given((8,)), Given((8,)))),
    ],
)
def test_a_result_that_keeps_the_contract(spec: RNNSpec, given: Any, result: Any) -> None:
    assert check_result(spec, Call(given), result) == ()


@pytest.mark.parametrize(
    ("spec", "given", "result", "facts"),
    [
        (LAYER, X, pair(Given((6, 9, 8)), H), ["output axis 'seq' is 6 and 'batch' is 9, expected 9 and 6"]),
        (LAYER, X, pair(Given((9, 6, 8)), Given((6, 8))), ["h_n has 2 dims, expected 3"]),
        (
            PAIR,
            X,
            pair(Given((9, 6, 8)), pair(Given((1, 9, 8)), Given((1, 9, 3)))),
            ["output axis 'proj' is 8, expected 3", "h_n axis 'proj' is 8, expected 3", "c_n axis 'hidden' is 3, expected 8"],
        ),
        (LAYER, RUN, pair(Packed(Given((11, 16)), 3, 6), H), ["output data axis 'hidden' is 16, expected 8", H_N]),
        (LAYER, RUN, pair(Packed(Given((11, 8, 1)), 3, 6), Given((2, 3, 8))), ["output data has 3 dims, expected 2"]),
        (LAYER, RUN, pair(Given((6, 6, 8)), H), [H_N]),
        (LAYER, X, pair(Packed(Given((54, 8)), 6, 9), Given((2, 3, 8))), ["h_n axis 'batch' is 3, expected 6"]),
        (CELL, Given((6, 4)), Given((8,)), ["h_1 has 1 dim, expected 2"]),
        (LSTM_CELL, Given((6, 4)), pair(Given((6, 8)), Given((5, 8))), ["c_1 axis 'batch' is 5, expected 6"]),
    ],
)
def test_a_result_that_breaks_the_contract(spec: RNNSpec, given: Any, result: Any, facts: list[str]) -> None:
    found = check_result(spec, Call(given), result)
    assert found is not None
    assert [(m.code, m.message) for m in found] == [("RNS114", fact) for fact in facts]


@pytest.mark.parametrize(
    ("spec", "given", "result"),
    [
        (LAYER, X, Given((9, 6, 8))),
        (LAYER, X, Other("list", (Given((9, 6, 8)), H))),
        (LAYER, X, pair(Given((9, 6, 8)), pair(H, H))),
        (PAIR, X, pair(Given((9, 6, 3)), H)),
        (CELL, Given((6, 4)), pair(Given((6, 8)), Given((6, 8)))),
        (LAYER, Given((4,)), pair(Given((8,)), H)),
        (LAYER, X, Other("NoneType")),
    ],
)
def test_a_result_of_another_structure_is_not_judged(spec: RNNSpec, given: Any, result: Any) -> None:
    assert check_result(spec, Call(given), result) is None


def test_sizes_of_one_dim_are_written_as_tuples() -> None:
    (mistake,) = check_call(CELL, Call(Given((5,))))
    assert str(mistake.comparison) == "  expected  (feature=4,)\n  got       (        5,)\n                     ^"


def test_what_has_no_sizes_has_nothing_to_compare() -> None:
    (mistake,) = check_call(LAYER, Call(X, pair()))
    assert (mistake.message, mistake.comparison) == ("hx is a tuple of nothing, expected the one tensor h_0", None)
