"""The formulas of the costs: with numbers and with letters they say the same. Against torch they are held in the oracle."""

from __future__ import annotations

from itertools import product

import pytest

from rnnshape import Prediction, predict
from rnnshape.calculator.costs import COSTS, Scale
from rnnshape.layout.sizes import Total, parse_size, quantity

LETTERS = ("I", "H", "P", "L", "D", "B", "T")


def lettered(projected: bool, copied: bool) -> Scale:
    letter = {name: quantity(parse_size(name)) for name in LETTERS}
    sizes = [letter[name] for name in "IHPLDBT"]
    sizes[2] = sizes[2] if projected else 0
    return Scale(*sizes, item=4, copied=copied)


def numbers(p: Prediction) -> dict[str, int]:
    scale = p.scale
    return dict(zip(LETTERS, scale[:7], strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("cost", COSTS)
def test_a_formula_of_letters_has_the_value_that_it_has_of_numbers(cost: str) -> None:
    checked = 0
    kinds = ("RNN", "LSTM", "GRU")
    for kind, layers, bidirectional, bias, dropout in product(kinds, (1, 3), (False, True), (False, True), (0.0, 0.5)):
        for projected in (False, True) if kind == "LSTM" else (False,):
            config = {"num_layers": layers, "bidirectional": bidirectional, "bias": bias, "dropout": dropout}
            p = predict(kind, 3, 5, batch=2, seq=7, batch_first=bias, **config, **({"proj_size": 2} if projected else {}))
            formula = COSTS[cost](p.spec, lettered(projected, p.scale.copied))
            assert isinstance(formula, Total)
            assert formula.substitute(numbers(p)).number() == COSTS[cost](p.spec, p.scale) == getattr(p, cost), repr(p)
            checked += 1
    assert checked == 4 * 2 * 2 * 2 * 2


def test_saved_bytes_by_hand() -> None:
    item, steps = 4, 2 * 7
    gru = predict("GRU", 3, 5, num_layers=2, batch=2, seq=7)
    assert gru.saved_bytes == item * steps * (3 + 7 * 5 + 5 + 7 * 5)
    assert predict("RNN", 3, 5, batch=2, seq=7).saved_bytes == item * (steps * (3 + 5) + 2 * 5)
    assert predict("LSTM", 3, 5, proj_size=2, batch=2, seq=7).saved_bytes == item * steps * (3 + 7 * 5 + 2)
    dropout = predict("GRU", 3, 5, num_layers=2, dropout=0.5, batch=2, seq=7)
    assert dropout.saved_bytes - gru.saved_bytes == item * steps * 5, "the mask between the layers"
    plain, first = (predict("GRU", 3, 5, bidirectional=True, batch_first=f, batch=2, seq=7) for f in (False, True))
    assert first.saved_bytes - plain.saved_bytes == item * steps * 3, "a second copy of the input"
    packed = predict("GRU", 3, 5, bidirectional=True, batch_first=True, lengths=[5, 2])
    assert packed.saved_bytes == item * 7 * (3 + 2 * 7 * 5), "packed data needs none"


def test_state_bytes_are_those_of_the_states() -> None:
    for kind, config in (("LSTM", {"proj_size": 2}), ("LSTM", {}), ("GRU", {})):
        p = predict(kind, 3, 5, num_layers=2, bidirectional=True, batch=2, seq=7, dtype="float16", **config)
        assert p.state_bytes == sum(size for name, size in p.bytes.items() if name in ("h_n", "c_n"))
        assert predict(p.spec, batch=None, seq=7).state_bytes * 2 == predict(p.spec, batch=2, seq=7).state_bytes


def test_symbols_stay_in_what_is_counted() -> None:
    p = predict("RNN", 3, 4)
    assert (str(p.flops), str(p.state_bytes), str(p.saved_bytes)) == ("56*B*T", "16*B", "28*B*T + 16*B")
    assert p.saved_bytes.substitute({"B": 6, "T": 9}).number() == predict("RNN", 3, 4, batch=6, seq=9).saved_bytes
    assert predict("LSTM", 3, 4, batch=0, seq="T").flops == 0
