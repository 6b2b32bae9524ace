"""Every configuration of a recurrent layer that a test asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import product
from typing import Any

import pytest

from rnnshape.errors import SpecError
from rnnshape.spec import RNNSpec

__all__ = ["HIDDEN_SIZE", "INPUT_SIZE", "parametrize", "specs"]

INPUT_SIZE, HIDDEN_SIZE = 5, 7
"""Sizes where a marker gives none: primes, so that no product of other sizes equals them by accident."""


def parametrize(metafunc: pytest.Metafunc, marks: Iterable[pytest.Mark]) -> None:
    """Run a test for every configuration of its markers."""
    try:
        found = list(dict.fromkeys(spec for mark in reversed(list(marks)) for spec in specs(*mark.args, **mark.kwargs)))
    except SpecError as error:
        pytest.fail(f"{metafunc.definition.nodeid}: @pytest.mark.rnn_specs: {error}", pytrace=False)
    metafunc.parametrize("rnn_spec", found, indirect=True, ids=_name)


def specs(mode: Any = (), /, **arguments: Any) -> Iterator[RNNSpec]:
    """Return the configurations of one marker: every value of each argument with every value of the others.

    Raises:
        SpecError: for a configuration that torch rejects.

    >>> [_name(spec) for spec in specs(["LSTM", "GRU"], bidirectional=[False, True])]
    ['LSTM', 'LSTM-bidirectional', 'GRU', 'GRU-bidirectional']
    """
    values = {"input_size": INPUT_SIZE, "hidden_size": HIDDEN_SIZE, **arguments}
    modes = _listed(values.pop("mode", mode))
    if not modes:
        raise SpecError('mode is needed, as in rnn_specs(mode=["LSTM", "GRU"])')
    for kind, *chosen in product(modes, *map(_listed, values.values())):
        config = dict(zip(values, chosen, strict=True))
        try:
            yield RNNSpec.of(kind, **config)
        except SpecError as error:
            asked = ", ".join([f"mode={kind!r}", *(f"{name}={value!r}" for name, value in config.items() if name in arguments)])
            raise SpecError(f"{asked}: {error}; another rnn_specs marker may have other values") from None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, range)) else [value]


def _name(spec: RNNSpec) -> str:
    """Return a test's id, by which ``-k`` selects: the mode and whatever is not as torch has it.

    >>> _name(RNNSpec("LSTM", 5, 7, num_layers=2, bias=False, batch_first=True))
    'LSTM-num_layers2-no_bias-batch_first'
    """
    words = [spec.kind if spec.cell else spec.mode]
    if spec.cell and spec.mode == "RNN_RELU":
        words.append("relu")
    usual = {"input_size": INPUT_SIZE, "hidden_size": HIDDEN_SIZE}
    for field in fields(spec)[1:-1]:
        value = getattr(spec, field.name)
        if value != usual.get(field.name, field.default):
            words.append(f"{'' if value else 'no_'}{field.name}" if isinstance(value, bool) else f"{field.name}{value}")
    return "-".join(words)
