"""RNNSpec against torch's constructors: it takes the same arguments, and refuses the others with the same kind of exception."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnshape import RNNSpec, SpecError, SpecTypeError

pytestmark = pytest.mark.filterwarnings("ignore:dropout option adds dropout after all but last:UserWarning")

KINDS = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")

SOME_SIZES = (1, 3, 0, -1, True, False, 2.0, 0.5, 0.0, "3", None, np.int64(3), np.int32(-1), [3], Fraction(2), torch.tensor(2))
SOME_FLAGS = (True, False, 1, 0, 2, None, "yes", "", [], [0], np.True_, 1.0)
VALUES: dict[str, tuple[Any, ...]] = {
    "input_size": SOME_SIZES,
    "hidden_size": SOME_SIZES,
    "num_layers": SOME_SIZES,
    "bias": SOME_FLAGS,
    "batch_first": SOME_FLAGS,
    "bidirectional": SOME_FLAGS,
    "dropout": (
        0, 1, 2, -1, 0.0, 0.5, 1.0, 1.1, -0.1, float("nan"), float("inf"), True, False, None, "0.5", "x", [0.5], 1 + 0j,
        np.float32(0.5), np.float64(2), np.int64(1), Fraction(1, 2), Fraction(3, 2), Decimal("0.5"), torch.tensor(0.5),
    ),
    "proj_size": (*SOME_SIZES, 2, 4, 5, 1.0, 4.0, -1.0, np.int64(1), np.int64(4)),
    "nonlinearity": ("tanh", "relu", "RELU", "sigmoid", "", None, 1),
    "device": (None, "cpu", "meta"),
    "dtype": (None, torch.float64),
    "hiden_size": (4,),
}  # fmt: skip
FEWER: dict[str, tuple[Any, ...]] = {
    "input_size": (True, 0, 2.0, "3", np.int64(3)),
    "hidden_size": (True, 0, 2.0, np.int64(3)),
    "num_layers": (True, 0, 2.0, "3", np.int64(2)),
    "bias": (False, 1),
    "batch_first": (True, None),
    "bidirectional": (True, 1),
    "dropout": (0.5, 2, "x", None, np.float32(0.5)),
    "proj_size": (0, 2, 4, -1, True, 0.0, 2.0, "1", np.int64(2)),
    "nonlinearity": ("relu", "sigmoid"),
    "device": ("cpu",),
    "hiden_size": (4,),
}

# torch builds an RNNCell with one of these, and refuses every call of it.
NEVER_RUN = ("RELU", "sigmoid", "", None, 1)


def outcome(build: Callable[[], Any]) -> Any:
    try:
        return build()
    except Exception as error:
        return error


def kind_of(error: object) -> type | None:
    """Return TypeError or ValueError, Exception for any other, None for no exception."""
    if not isinstance(error, Exception):
        return None
    return next((kind for kind in (TypeError, ValueError) if isinstance(error, kind)), Exception)


def compared(kind: str, *args: Any, **config: Any) -> tuple[Any, Any]:
    """Build with torch and with RNNSpec; hold what was accepted, and what it became, against each other."""
    label = f"{kind}({', '.join([*map(repr, args), *(f'{n}={v!r}' for n, v in config.items())])})"
    real = outcome(lambda: getattr(nn, kind)(*args, **config))
    ours = outcome(lambda: RNNSpec.of(kind, *args, **config))
    assert (kind_of(real) is None) == (kind_of(ours) is None), f"{label}: torch gives {real!r}, RNNSpec.of gives {ours!r}"
    if kind_of(real) is None:
        assert RNNSpec.from_module(real) == ours, label
        assert [type(getattr(ours, n)) for n in ("num_layers", "bias", "bidirectional", "dropout")] == [int, bool, bool, float]
        assert RNNSpec.from_dict(ours.to_dict()) == ours, label
    else:
        assert isinstance(ours, SpecError), f"{label}: {ours!r}"
        if kind_of(real) in (TypeError, ValueError):
            assert isinstance(ours, type(real)), f"{label}: torch raises {real!r}, RNNSpec.of {ours!r}"
    return real, ours


@pytest.mark.parametrize("kind", KINDS)
def test_one_odd_value(kind: str) -> None:
    accepted = refused = 0
    for name, values in VALUES.items():
        for value in values:
            if kind == "RNNCell" and name == "nonlinearity" and value in NEVER_RUN:
                continue
            config = {"input_size": 3, "hidden_size": 4, name: value}
            real, ours = compared(kind, **config)
            accepted += kind_of(real) is None
            refused += kind_of(real) is not None
            if kind_of(real) is ValueError:
                assert not isinstance(ours, SpecTypeError), f"{kind} {name}={value!r}: torch raises {real!r}, not a TypeError"
    total = sum(map(len, VALUES.values())) - (len(NEVER_RUN) if kind == "RNNCell" else 0)
    assert accepted + refused == total
    assert accepted > 20
    assert refused > 20


@pytest.mark.parametrize("kind", KINDS)
def test_two_odd_values(kind: str) -> None:
    checked = 0
    for (name, values), (other, others) in combinations(FEWER.items(), 2):
        for value, second in product(values, others):
            config = {"input_size": 3, "hidden_size": 4, name: value, other: second}
            if kind == "RNNCell" and config.get("nonlinearity") == "sigmoid":
                continue
            compared(kind, **config)
            checked += 1
    total = sum(len(a) * len(b) for a, b in combinations(FEWER.values(), 2))
    without = sum(len(values) for name, values in FEWER.items() if name != "nonlinearity") if kind == "RNNCell" else 0
    assert checked == total - without


@pytest.mark.parametrize("nonlinearity", NEVER_RUN)
def test_a_cell_that_torch_builds_and_never_runs_is_refused(nonlinearity: Any) -> None:
    cell = nn.RNNCell(3, 4, nonlinearity=nonlinearity)
    with pytest.raises(RuntimeError, match="Unknown nonlinearity"):
        cell(torch.zeros(2, 3))
    with pytest.raises(SpecError) as caught:
        RNNSpec.of("RNNCell", 3, 4, nonlinearity=nonlinearity)
    assert str(caught.value) == f"nonlinearity={nonlinearity!r}: use 'tanh' or 'relu'"


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_a_projection_that_torch_lets_pass_by_position_and_never_runs_is_refused(kind: str) -> None:
    args = (3, 4, 1, "tanh", True, False, 0.0, False, 2) if kind == "RNN" else (3, 4, 1, True, False, 0.0, False, 2)
    layer = getattr(nn, kind)(*args)
    with pytest.raises(RuntimeError, match="Expected hidden size"):
        layer(torch.zeros(5, 2, 3))
    with pytest.raises(SpecError) as caught:
        RNNSpec.of(kind, *args)
    assert str(caught.value) == f"proj_size=2: only LSTM has projections, not {kind}; leave it 0"


POSITIONS: dict[str, tuple[Any, ...]] = {
    "RNN": (3, 4, 2, "relu", False, True, 0.5, True, 0, "cpu", torch.float64),
    "LSTM": (3, 4, 2, False, True, 0.5, True, 2, "cpu", torch.float64),
    "GRU": (3, 4, 2, False, True, 0.5, True, 0, "cpu", torch.float64),
    "RNNCell": (3, 4, False, "relu", "cpu", torch.float64),
    "LSTMCell": (3, 4, False, "cpu", torch.float64),
    "GRUCell": (3, 4, False, "cpu", torch.float64),
}


@pytest.mark.parametrize("kind", KINDS)
def test_positional_arguments_in_torchs_order(kind: str) -> None:
    args = POSITIONS[kind]
    again = {"input_size": 1, "hidden_size": 1, "num_layers": 1, "bias": True, "nonlinearity": "tanh", "proj_size": 1}
    for n in range(len(args) + 1):
        real, _ = compared(kind, *args[:n])
        assert (kind_of(real) is None) == (n >= 2)
        for name, value in again.items():
            compared(kind, *args[:n], **{name: value})
    real, _ = compared(kind, *args, "one too many")
    assert kind_of(real) is TypeError


@pytest.mark.parametrize("kind", KINDS)
def test_missing_sizes(kind: str) -> None:
    for config in ({}, {"input_size": 3}, {"hidden_size": 4}):
        real, ours = compared(kind, **config)
        assert kind_of(real) is TypeError
        assert isinstance(ours, SpecTypeError)
