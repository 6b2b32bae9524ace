"""Every configuration of a recurrent layer that a test asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import product
from typing import Any, cast

import pytest

from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import SpecError

__all__ = ["HIDDEN_SIZE", "INPUT_SIZE", "parametrize", "specs"]

INPUT_SIZE, HIDDEN_SIZE = 5, 7
"""Sizes where a marker gives none: primes, so that no product of other sizes equals them by accident."""


def parametrize(metafunc: pytest.Metafunc, marks: Iterable[pytest.Mark]) -> None:
    """Run a test for every configuration of its markers."""
    try:
        found = list(dict.fromkeys(spec for mark in reversed(list(marks)) for spec in specs(*mark.args, **mark.kwargs)))
    except SpecError as error:
        pytest.fail(f"{metafunc.definition.nodeid}: @pytest.mark.rnn_specs: {error}", pytrace=False)
    metafunc.parametrize("rnn_spec", found, indirect=True, ids=list(_names(found)))


def specs(mode: object = (), /, **arguments: object) -> Iterator[RNNSpec]:
    """Return the configurations of one marker: every value of each argument with every value of the others.

    Raises:
        SpecError: for a configuration that torch rejects.

    >>> list(_names(list(specs(["LSTM", "GRU"], bidirectional=[False, True], input_size=10))))
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


def _listed(value: object) -> list[Any]:
    return list(cast("Iterable[object]", value)) if isinstance(value, (list, tuple, range)) else [value]


def _names(specs: Sequence[RNNSpec]) -> Iterator[str]:
    """Return each test's id, by which ``-k`` selects: the mode, and whatever is neither as torch has it nor a size of them all.

    >>> list(_names([RNNSpec("LSTM", 5, 7, num_layers=2, bias=False, batch_first=True)]))
    ['LSTM-num_layers2-no_bias-batch_first']
    """
    usual = {field.name: field.default for field in fields(RNNSpec)}
    for size in ("input_size", "hidden_size"):
        values = {getattr(spec, size) for spec in specs}
        usual[size] = values.pop() if len(values) == 1 else None
    for spec in specs:
        words = [spec.kind if spec.cell else spec.mode]
        if spec.cell and spec.mode == "RNN_RELU":
            words.append("relu")
        for name in list(usual)[1:-1]:
            value = getattr(spec, name)
            if value != usual[name]:
                words.append(f"{'' if value else 'no_'}{name}" if isinstance(value, bool) else f"{name}{value}")
        yield "-".join(words)
