"""The contract against torch: `check_call` has an error if and only if torch refuses the call, and every suggestion is tried.

Each layer gets every input of `INPUTS` with states of its kind, right ones and wrong ones. Four exceptions are all torch's:

- an nn.LSTM takes a PackedSequence without a look at its width or at the states, and may read out of bounds. The padded call of
  the same sizes stands for it;
- an unbatched LSTM, and its cell, take the first two of whatever they get as state, three tensors or one with three rows;
- an unsorted PackedSequence takes the first samples of a state that has more of them;
- the plain CPU kernel of nn.LSTM takes a c_0 of integers, which oneDNN's refuses.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnshape.calculator.spec import RNNSpec
from rnnshape.calls import argument_of, call_of
from rnnshape.contracts import contract
from rnnshape.contracts.contract import Call, Given, Other, check_call, check_result
from rnnshape.contracts.hints import suggest
from rnnshape.report.catalogue import rule
from rnnshape.report.mistake import Mistake

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")


@contextmanager
def one_dnn(enabled: bool) -> Iterator[None]:
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(enabled)
    yield
    torch._C._set_mkldnn_enabled(before)


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    """Do without oneDNN, which compiles a kernel for each size."""
    with one_dnn(False):
        yield


BATCH, SEQ, FEATURE, HIDDEN, PROJ = 3, 6, 4, 8, 3
PACKED_ROWS = 11


class Case(NamedTuple):
    """A call with real tensors."""

    module: nn.Module
    input: Any
    state: Any

    @property
    def spec(self) -> RNNSpec:
        return spec_of(self.module)

    @property
    def call(self) -> Call:
        call = call_of(self.module, self.input, self.state)
        assert call is not None
        return call

    def errors(self) -> list[Mistake]:
        return [m for m in check_call(self.spec, self.call) if rule(m.code).severity == "error"]


@cache
def spec_of(module: nn.Module) -> RNNSpec:
    return RNNSpec.from_module(module)


def layers(kind: str) -> list[nn.Module]:
    if kind.endswith("Cell"):
        return [getattr(nn, kind)(FEATURE, HIDDEN)]
    options: dict[str, Any] = {"proj_size": PROJ} if kind == "LSTM with proj_size" else {}
    make = getattr(nn, kind.split()[0])
    return [
        make(FEATURE, HIDDEN, num_layers=n, bidirectional=both, batch_first=first, **options)
        for n, both, first in product((1, 2), (False, True), (False, True))
    ]


def zeros(*sizes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.zeros(sizes, dtype=dtype)


def packed(width: int, dtype: torch.dtype = torch.float32, ordered: bool = True) -> PackedSequence:
    lengths = [SEQ, 3, 2] if ordered else [2, SEQ, 3]
    data = torch.zeros(BATCH, SEQ, width, dtype=dtype)
    return pack_padded_sequence(data, lengths, batch_first=True, enforce_sorted=ordered)


INPUTS: tuple[Any, ...] = (
    *(zeros(*sizes) for sizes in [(), (4,), (8,), (3, 4), (6, 4), (4, 6), (6, 8), (2, 4), (1, 4), (0, 4)]),
    *(zeros(*sizes) for sizes in [(6, 3, 4), (3, 6, 4), (3, 4, 6), (4, 3, 6), (6, 3, 8), (6, 1, 4), (1, 3, 4), (3, 3, 4)]),
    *(zeros(*sizes) for sizes in [(0, 3, 4), (6, 0, 4), (6, 3, 0), (6, 1, 3, 4), (3, 6, 4, 1), (6, 3, 4, 4)]),
    zeros(6, 3, 4, dtype=torch.float64), zeros(6, 4, dtype=torch.float64), zeros(6, 3, 4, dtype=torch.float16),
    zeros(6, 3, 4, dtype=torch.int64), zeros(6, 3, dtype=torch.int64), zeros(6, dtype=torch.int64),
    zeros(6, 3, 4, dtype=torch.bool),
    packed(4), packed(4, ordered=False), packed(5), packed(4, dtype=torch.float64),
    PackedSequence(zeros(PACKED_ROWS, 4, 1), packed(4).batch_sizes),
    (zeros(6, 3, 4), zeros(1, 3, 8)), [zeros(6, 3, 4)], [zeros(3, 4), zeros(3, 4)], (packed(4), zeros(1, 3, 8)), (), None,
)  # fmt: skip

ROWS = (1, 2, 4)
STATES: tuple[Tensor, ...] = (
    *(zeros(rows, BATCH, HIDDEN) for rows in ROWS),
    *(zeros(rows, BATCH, PROJ) for rows in ROWS),
    *(zeros(rows, HIDDEN) for rows in ROWS),
    *(zeros(rows, PROJ) for rows in (1, 2)),
    *(zeros(*sizes) for sizes in [(3, 8), (6, 8), (3, 2, 8), (3, 1, 8), (3, 4, 8), (2, 6, 8), (1, 6, 8), (2, 1, 8), (1, 1, 8)]),
    *(zeros(*sizes) for sizes in [(2, 5, 8), (2, 0, 8), (2, 3, 16), (1, 3, 16), (2, 16), (3, 16), (8,), (4,), ()]),
    *(zeros(*sizes) for sizes in [(1, 1, 3, 8), (4, 1, 3, 8)]),
    zeros(1, 3, 8, dtype=torch.float64), zeros(2, 3, 8, dtype=torch.float64), zeros(1, 8, dtype=torch.float64),
    zeros(3, 8, dtype=torch.float64), zeros(2, 3, 8, dtype=torch.int64),
)  # fmt: skip
ODD: tuple[Any, ...] = (
    (), [], (STATES[0],), [STATES[1]], (STATES[0], None), (None, None), (STATES[1],) * 3, (zeros(2, 8),) * 3, (zeros(8),) * 3,
    [STATES[1], STATES[1]], [zeros(2, 8), zeros(2, 8)], [zeros(3, 8), zeros(3, 8)], ((STATES[1], STATES[1]),),
    zeros(2, 2, 3, 8), zeros(2, 2, 8), zeros(3, 2, 8), zeros(4, 8), zeros(1, 8), packed(4), "zeros", 0,
)  # fmt: skip
PAIRS = tuple(product(STATES, STATES))


def right_states(module: nn.Module, given: Any) -> tuple[Tensor, Tensor]:
    """Return h_0 and c_0 as the documentation of torch has them; of some sizes where the input is none that has a state."""
    spec = spec_of(module)
    samples: tuple[int, ...] = (BATCH,)
    if isinstance(given, Tensor):
        batched = given.dim() == (2 if spec.cell else 3)
        samples = (given.shape[0 if spec.cell or spec.batch_first else 1],) if batched else ()
    rows = () if spec.cell else (spec.num_layers * spec.directions,)
    dtype = given.dtype if isinstance(given, Tensor) else torch.float32
    return zeros(*rows, *samples, spec.state_size, dtype=dtype), zeros(*rows, *samples, spec.hidden_size, dtype=dtype)


def cases(kind: str) -> Iterator[Case]:
    """Yield the calls of the grid: each input without a state, with the right one, and with every 7th or 13th of the
    others."""
    turn = 0
    for module in layers(kind):
        for given in INPUTS:
            h, c = right_states(module, given)
            pairs = "LSTM" in kind
            states: list[Any] = [None, (h, c), [h, c], h, *take((*STATES, *ODD), turn, 13 if pairs else 7)]
            if pairs:
                nearly = [(s, s) for s in STATES] + [(s, c) for s in STATES] + [(h, s) for s in STATES]
                states += [*take(nearly, turn, 13), *take(PAIRS, turn, 499)]
            turn += 1
            for state in states:
                yield Case(module, given, state)


def take(items: Sequence[Any], turn: int, stride: int) -> Sequence[Any]:
    return items[turn % stride :: stride]


def is_packed_lstm(case: Case) -> bool:
    return isinstance(case.input, PackedSequence) and case.spec.kind == "LSTM"


def refusal(case: Case) -> Exception | None:
    """Return what torch raises."""
    given = case.input
    if is_packed_lstm(case):
        first = case.spec.batch_first
        rows = (BATCH, SEQ) if first else (SEQ, BATCH)
        given = torch.zeros(*rows, *given.data.shape[1:], dtype=given.data.dtype)
    try:
        case.module(given, case.state)
    except Warning:
        raise
    except Exception as error:
        return error
    return None


def takes_the_first_two(case: Case) -> bool:
    """Tell whether an unbatched LSTM is given more than a pair of states."""
    call, spec = case.call, case.spec
    if not spec.has_cell_state or not isinstance(call.input, Given) or len(call.input.sizes) != (1 if spec.cell else 2):
        return False
    if isinstance(call.state, Given):
        return call.state.sizes[0] > 2 if call.state.sizes else False
    return isinstance(call.state, Other) and len(call.state.items) > 2


KINDS = ("RNN", "GRU", "LSTM", "LSTM with proj_size", "RNNCell", "GRUCell", "LSTMCell")


class Outcome(NamedTuple):
    """A call, what the contract says of it, and whether torch refused it."""

    case: Case
    errors: list[Mistake]
    refused: bool


@cache
def outcomes(kind: str) -> list[Outcome]:
    return [outcome(case) for case in cases(kind)]


def outcome(case: Case) -> Outcome:
    return Outcome(case, case.errors(), refusal(case) is not None)


def is_exception(outcome: Outcome) -> bool:
    """Tell whether a call is wrong that torch takes: see the beginning of this file."""
    case, codes = outcome.case, [m.code for m in outcome.errors]
    if takes_the_first_two(case):
        return codes == ["RNS108"]
    if takes_integers(outcome):
        return True
    too_many = isinstance(case.state, Tensor) and case.state.dim() == 3 and case.state.shape[1] > BATCH
    return codes == ["RNS106"] and isinstance(case.input, PackedSequence) and case.input.sorted_indices is not None and too_many


def takes_integers(outcome: Outcome) -> bool:
    case = outcome.case
    only = [(m.code, m.subject) for m in outcome.errors] == [("RNS110", "c_0")]
    return only and case.spec.kind == "LSTM" and case.state[1].dtype == torch.int64


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_found_if_and_only_if_torch_refuses_the_call(kind: str) -> None:
    differ = [o for o in outcomes(kind) if bool(o.errors) != o.refused]
    unexplained = [(o.case.module, o.case.call, o.errors) for o in differ if not is_exception(o)]
    assert unexplained == []
    refused = sum(o.refused for o in outcomes(kind))
    assert (len(outcomes(kind)) - refused, refused, len(differ)) == NUMBERS[kind]


NUMBERS = {
    "RNN": (204, 3876, 0),
    "GRU": (204, 3876, 0),
    "LSTM": (318, 6262, 7),
    "LSTM with proj_size": (302, 6278, 2),
    "RNNCell": (13, 497, 0),
    "GRUCell": (13, 497, 0),
    "LSTMCell": (20, 811, 0),
}
"""Calls of each kind that torch accepts, that it refuses, and how many of them are exceptions."""


def test_every_error_of_the_contract_is_met_many_times() -> None:
    written = set(re.findall(r"RNS\d+", inspect.getsource(contract)))
    errors = {code for code in written if rule(code).severity == "error"}
    tally = Counter(m.code for kind in KINDS for o in outcomes(kind) for m in o.errors)
    assert errors - set(tally) == {"RNS111"}  # devices have a test of their own
    assert min(tally.values()) >= 100
    assert sum(NUMBERS[kind][0] + NUMBERS[kind][1] for kind in KINDS) == 23_171


def test_an_unsorted_packed_sequence_takes_the_first_samples_of_a_larger_state() -> None:
    case = Case(nn.GRU(FEATURE, HIDDEN), packed(4, ordered=False), zeros(1, 5, HIDDEN))
    assert is_exception(outcome(case))
    assert refusal(case._replace(input=packed(4))) is not None


def test_the_usual_kernel_refuses_integers() -> None:
    taken = [o.case for o in outcomes("LSTM") if takes_integers(o) and not o.refused]
    assert taken
    with one_dnn(True):
        assert all(map(refusal, taken))


def test_torch_takes_a_wrong_state_of_a_packed_lstm_in_silence() -> None:
    """A c_0 of one sample is broadcast to three. Run apart, since other such calls read out of bounds."""
    code = (
        "import torch\n"
        "from torch.nn.utils.rnn import pack_padded_sequence\n"
        "packed = pack_padded_sequence(torch.zeros(6, 3, 4), [6, 3, 2])\n"
        "print(torch.nn.LSTM(4, 8)(packed, (torch.zeros(1, 3, 8), torch.zeros(1, 1, 8)))[0].data.shape)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "torch.Size([11, 8])\n"), done.stderr
    case = Case(nn.LSTM(FEATURE, HIDDEN), packed(4), (zeros(1, 3, HIDDEN), zeros(1, 1, HIDDEN)))
    assert [(m.code, m.subject) for m in case.errors()] == [("RNS106", "c_0")]
    assert refusal(case) is not None  # padded


@pytest.mark.parametrize("kind", KINDS)
def test_what_torch_accepts_gives_the_predicted_sizes(kind: str) -> None:
    accepted = [o.case for o in outcomes(kind) if not o.refused and not o.errors]
    assert len(accepted) == NUMBERS[kind][0] - NUMBERS[kind][2]
    for case in accepted:
        result = argument_of(case.module(case.input, case.state))
        assert check_result(case.spec, case.call, result) == ()


def test_the_usual_kernels_accept_the_same() -> None:
    accepted = [o.case for o in outcomes("LSTM") if not o.refused and not o.errors][::12]
    assert len(accepted) == 26
    with one_dnn(True):
        assert [case for case in accepted if refusal(case)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_matrix_without_a_state_is_noted_where_torch_takes_it_for_one_sequence(kind: str) -> None:
    noted = 0
    for case, errors, refused in outcomes(kind):
        matrix = isinstance(case.input, Tensor) and case.input.dim() == 2 and not kind.endswith("Cell")
        wanted = ["RNS112"] if matrix and case.state is None and not refused else []
        assert errors or [m.code for m in check_call(case.spec, case.call)] == wanted
        noted += len(wanted)
    assert noted == (0 if kind.endswith("Cell") else 32)


# Devices: torch's meta device is the other one


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell"])
def test_devices(kind: str) -> None:
    module = layers(kind)[0]
    spec = spec_of(module)
    x = zeros(BATCH, FEATURE) if spec.cell else zeros(SEQ, BATCH, FEATURE)
    h = zeros(BATCH, HIDDEN) if spec.cell else zeros(1, BATCH, HIDDEN)
    for given, state, other in product(("cpu", "meta"), repeat=3):
        hx = (h.to(state), h.to(other)) if spec.has_cell_state else h.to(state)
        case = Case(module, x.to(given), hx)
        wanted = [given != "cpu", state != "cpu", spec.has_cell_state and other != "cpu"]
        assert [m.code for m in case.errors()] == ["RNS111"] * (sum(wanted) - (wanted[1:] == [True, True]))
        if not case.errors():
            assert refusal(case) is None


# Every suggestion is tried

SUGGESTION = re.compile(r"(?:(?P<condition>[^:]*): )?(?P<edit>.+?)(?: fits)?(?:, and likewise for (?P<other>\w+))?")


def edited(case: Case, mistake: Mistake, suggestion: str) -> Case:
    """Make the edit that a suggestion says, with the real tensors, and return the call that has it."""
    if suggestion.startswith("token ids"):
        return case._replace(input=nn.Embedding(10, case.spec.input_size)(case.input))
    found = SUGGESTION.fullmatch(suggestion)
    assert found is not None
    edit, other = found["edit"], found["other"]
    pair = mistake.subject in ("h_0", "c_0", "h_0 and c_0") and case.spec.has_cell_state
    h, c = case.state if pair else (case.state, None)
    names = {"torch": torch, "input": case.input, "hx": case.state, "h_0": h, "c_0": c}
    value = eval(edit, names)
    if edit.startswith("input"):
        return case._replace(input=value)
    if mistake.subject == "hx" or not case.spec.has_cell_state:
        return case._replace(state=value)
    if other:
        assert other == "c_0"
        return case._replace(state=(value, eval(edit, {**names, "h_0": c})))
    return case._replace(state=(h, value) if mistake.subject == "c_0" else (value, c))


@cache
def tried(kind: str) -> Counter[str]:
    """Try the suggestions of every 7th call, or of every call of a cell; return how often each form of one was met."""
    forms = Counter[str]()
    for case, _, _ in outcomes(kind)[:: 1 if kind.endswith("Cell") else 7]:
        forms += tried_on(case)
    return forms


def tried_on(case: Case) -> Counter[str]:
    forms = Counter[str]()
    before = check_call(case.spec, case.call)
    for mistake in before:
        for suggestion in (suggest(case.spec, case.call, mistake) or "").split("; else "):
            if not suggestion:
                continue
            after = edited(case, mistake, suggestion)
            left = check_call(after.spec, after.call)
            assert mistake.code not in {m.code for m in left if m.subject == mistake.subject}, suggestion
            assert len(left) < len(before), suggestion
            if not left:
                assert refusal(after) is None, suggestion
                forms["nothing left to mend"] += 1
            forms[form(suggestion)] += 1
    return forms


def form(suggestion: str) -> str:
    """Return a suggestion without its numbers, and with h for any state."""
    found = suggestion.replace(", and likewise for c_0", ", twice").replace("h_0", "h").replace("c_0", "h")
    return re.sub(r"(\d+|input\.size\(\d\))(, (\d+|input\.size\(\d\)))*", "#", found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_suggestion_mends_what_it_says_and_torch_accepts_the_call_when_nothing_is_left(kind: str) -> None:
    forms = tried(kind)
    assert forms["nothing left to mend"] >= 50
    assert forms.total() >= 200


def test_every_form_of_suggestion_was_tried() -> None:
    forms = sum((tried(kind) for kind in KINDS), Counter[str]())
    rare = [Case(nn.GRU(1, HIDDEN), zeros(6, 3), None), Case(nn.GRUCell(1, HIDDEN), zeros(3), None)]
    for kind, state in product(("LSTM", "LSTMCell"), (zeros(3, HIDDEN), zeros(1, 3, HIDDEN), zeros(1, 1, HIDDEN))):
        module = layers(kind)[0]
        rare += [Case(module, given, (state, state)) for given in INPUTS if isinstance(given, Tensor)]
    double = nn.GRU(4, 8).double(), nn.LSTM(4, 8).double()
    for module, state in product(double, (zeros(1, 5, 8), zeros(3, 8), zeros(1, 3, 9))):
        one = state.double()
        rare.append(Case(module, zeros(6, 3, 4).double(), (one, one) if module.mode == "LSTM" else one))
    forms += sum(map(tried_on, rare), Counter[str]())
    assert {f for f in forms if f != "nothing left to mend"} == FORMS
    assert min(forms.values()) >= 1


FORMS = {
    "(h, torch.zeros_like(h)) fits",
    "for # sample of one step: input.unsqueeze(#)",
    "for # samples of one step: input.unsqueeze(#)",
    "h.new_zeros(#) fits",
    "h.new_zeros(#) fits, twice",
    "h.squeeze(#) fits",
    "h.squeeze(#) fits, twice",
    "h.to(input.data.dtype) fits",
    "h.to(input.data.dtype) fits, twice",
    "h.to(input.dtype) fits",
    "h.to(input.dtype) fits, twice",
    "h.to(torch.float#) fits",
    "h.to(torch.float#) fits, twice",
    "h.transpose(#) fits",
    "h.transpose(#) fits, twice",
    "h.unsqueeze(#) fits",
    "h.unsqueeze(#) fits, twice",
    "hx[#] fits",
    "if the input is (batch, seq, feature): input.transpose(#) fits",
    "if the input is (seq, batch, feature): input.transpose(#) fits",
    "input.squeeze(#) fits",
    "input.to(torch.float#) fits",
    "input.unsqueeze(-#) fits",
    "input[#] fits",
    "the axis of size # is at dim #: input.transpose(#) fits",
    "token ids go through nn.Embedding(..., #) first",
    "torch.zeros(#) fits",
    "torch.zeros(#) fits, twice",
}
