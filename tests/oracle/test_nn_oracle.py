"""The annotations of the typed layers against the contract, and the typed layers against torch's, on the contract's own grid.

Annotations see kinds, sizes, and whether a dtype is floating; a dtype or a device other than that of the weights, and a
sequence of no steps, are left to torch. One thing only do they refuse that is right: the two states of an unbatched LSTM in one
tensor. There the contract has no objection, so torch decides.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
import torch
from jaxtyping import TypeCheckError
from test_contract_oracle import KINDS, Case, cases, is_packed_lstm
from thinned import NIGHTLY
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

import rnnshape as rs
from rnnshape.contracts.contract import unstacked
from rnnshape.errors import ContractError
from rnnshape.nn import checking, signatures

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

STRIDE = {"RNN": 37, "GRU": 37, "LSTM": 61, "LSTM with proj_size": 61, "RNNCell": 4, "GRUCell": 4, "LSTMCell": 7}
"""Every how manieth of the wrong calls is made: jaxtyping takes milliseconds to say what is wrong. All right ones are made, and
all calls by the nightly run."""

BEYOND = {"RNS110", "RNS111", "RNS115"}


@pytest.fixture(autouse=True)
def _plain_kernels() -> Any:
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    yield
    torch._C._set_mkldnn_enabled(before)


@cache
def sampled(kind: str) -> list[Case]:
    wrong: list[Case] = []
    right: list[Case] = []
    for case in cases(kind):
        (wrong if case.errors() else right).append(case)
    return right + wrong[:: 1 if NIGHTLY else STRIDE[kind]]


def typed(module: nn.Module) -> nn.Module:
    twin = type(module).__new__(type(module))
    twin.__dict__ = dict(module.__dict__)
    return rs.nn.convert(twin)


def tensors(value: Any) -> list[Tensor]:
    if isinstance(value, (tuple, list)):
        return [t for item in value for t in tensors(item)]
    return [value] if isinstance(value, Tensor) else []


def all_floating(case: Case) -> bool:
    given = [case.input.data] if isinstance(case.input, PackedSequence) else [case.input]
    return all(t.is_floating_point() for t in tensors([*given, case.state]))


def is_stacked(case: Case) -> bool:
    return unstacked(case.spec, case.call) != case.call


@pytest.mark.parametrize("kind", KINDS)
def test_annotations_and_contract_are_of_one_mind(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(checking, "_object", lambda *args: None)
    table = {
        "RNN": signatures.ONE_STATE, "GRU": signatures.ONE_STATE, "LSTM": signatures.LSTM,
        "RNNCell": signatures.CELL, "GRUCell": signatures.CELL, "LSTMCell": signatures.LSTM_CELL,
    }[kind.split()[0]]  # fmt: skip
    tally: Counter[bool] = Counter()
    for case in sampled(kind):
        right = checking._hold_arguments(case.module, table, case.input, case.state)
        seen = {m.code for m in case.errors()} - BEYOND
        assert right is (not seen and all_floating(case) and not is_stacked(case)), (case.module, case.call, seen)
        tally[right] += 1
    assert tally[True] >= 10
    assert tally[False] >= 100


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_typed_layer_does_torchs_does_too(kind: str) -> None:
    tally: Counter[str] = Counter()
    for case in sampled(kind):
        errors = {m.code for m in case.errors()}
        found = outcome(typed(case.module), case)
        if isinstance(found, ContractError):
            assert {f.code for f in found.findings} <= errors
            assert isinstance(found.__cause__, TypeCheckError)
            tally["contract"] += 1
        elif isinstance(found, Exception):
            theirs = outcome(case.module, case)
            assert (type(found), str(found)) == (type(theirs), str(theirs))
            tally["torch"] += 1
        else:
            assert not errors or is_packed_lstm(case)
            bare = outcome(case.module, case)
            assert type(found) is type(bare)
            assert all(torch.equal(a, b) for a, b in zip(leaves(found), leaves(bare), strict=True))
            tally["right"] += 1
    assert tally["right"] >= 10
    assert tally["contract"] >= 100


def outcome(module: nn.Module, case: Case) -> Any:
    """Call a module, and return what it returns or raises. Wrong states of a packed LSTM never reach torch."""
    if is_packed_lstm(case) and {m.code for m in case.errors()} - BEYOND:
        with pytest.raises(ContractError) as caught:
            module(case.input, case.state)
        return caught.value
    try:
        return module(case.input, case.state)
    except Exception as error:
        return error


def leaves(value: Any) -> list[Tensor]:
    return [value.data] if isinstance(value, PackedSequence) else tensors(value) if isinstance(value, Tensor) else [
        t for item in value for t in leaves(item)
    ]  # fmt: skip
