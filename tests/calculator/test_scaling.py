"""How costs grow, held against predictions at the grown sizes."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnshape import Prediction, predict
from rnnshape.calculator.costs import COSTS


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    """Build a prediction of any layer or cell: batched, unbatched or packed."""
    kind = draw(st.sampled_from(["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]))
    size = st.integers(1, 40)
    config: dict[str, Any] = {"input_size": draw(size), "hidden_size": draw(st.integers(2, 40)), "bias": draw(st.booleans())}
    if kind.endswith("Cell"):
        return predict(kind, batch=draw(st.none() | size), **config)
    config |= {"num_layers": draw(st.integers(1, 4)), "dropout": draw(st.sampled_from([0.0, 0.3]))}
    config |= {name: draw(st.booleans()) for name in ("bidirectional", "batch_first")}
    if kind == "LSTM":
        config["proj_size"] = draw(st.integers(0, config["hidden_size"] - 1))
    if draw(st.booleans()):
        return predict(kind, lengths=draw(st.lists(size, min_size=1, max_size=5)), **config)
    return predict(kind, batch=draw(st.none() | size), seq=draw(size), **config)


def resized(p: Prediction, letter: str, size: int) -> Prediction:
    """Predict the layer again at another size; the lengths of a packed input all grow alike."""
    if letter in ("T", "B") and p.lengths is not None:
        lengths = tuple(n * size for n in p.lengths) if letter == "T" else p.lengths * size
        return replace(p, lengths=lengths, batch=len(lengths), seq=max(lengths))
    if letter in ("T", "B"):
        return replace(p, **{{"T": "seq", "B": "batch"}[letter]: size})
    argument = {"I": "input_size", "H": "hidden_size", "P": "proj_size", "L": "num_layers", "D": "bidirectional"}[letter]
    return replace(p, spec=replace(p.spec, **{argument: size == 2 if letter == "D" else size}))


def size_of(p: Prediction, letter: str) -> int:
    if letter in ("T", "B") and p.lengths is not None:
        return 1
    spec = p.spec
    now = {"T": p.seq, "B": p.batch, "I": spec.input_size, "H": spec.hidden_size, "P": spec.proj_size, "L": spec.num_layers}
    found = now[letter]
    assert isinstance(found, int)
    return found


@given(predictions())
def test_the_formula_has_the_value_that_is_predicted(p: Prediction) -> None:
    grown = p.scaling()
    for row in grown:
        assert row.now == getattr(p, row.name) == row.formula.substitute(grown.sizes).number()
        assert eval(str(row.formula), dict(grown.sizes)) == row.now
    assert [row.name for row in grown] == list(COSTS)


@settings(max_examples=30)
@given(predictions(), st.integers(1, 5))
def test_the_formula_has_the_value_that_is_predicted_of_other_sizes(p: Prediction, times: int) -> None:
    """A formula is no fit to one prediction: it holds for the layer at every other size."""
    grown = p.scaling()
    formulas = {row.name: row.formula for row in grown}
    for letter in grown.sizes:
        if letter == "R" or (letter == "P" and times != 1):
            continue  # the real steps of all samples are resized by T and B
        other = resized(p, letter, size_of(p, letter) * times if letter != "D" else 1 + times % 2)
        sizes = other.scaling().sizes
        for name, formula in formulas.items():
            assert formula.substitute(sizes).number() == getattr(other, name), f"{name} of {other.spec!r}"


@settings(max_examples=50)
@given(predictions())
def test_the_factors_are_those_of_predictions_at_doubled_sizes(p: Prediction) -> None:
    grown = p.scaling()
    for letter in grown.rows[0].factors:
        one, two = (1, 2) if letter == "D" else (size_of(p, letter), 2 * size_of(p, letter))
        before, after = resized(p, letter, one), resized(p, letter, two)
        for row in grown:
            real = Fraction(getattr(after, row.name), getattr(before, row.name))
            assert row.factors[letter] == real, f"{row.name} by {letter} of {p.spec!r}"


@settings(max_examples=50)
@given(predictions())
def test_the_degrees_are_those_of_the_differences_of_predictions(p: Prediction) -> None:
    """The differences of order n of a polynomial are constant, and not 0, where its degree is n."""
    grown = p.scaling()
    for letter in set(grown.sizes) - {"R", "D", "P"}:
        for row in grown:
            if p.lengths is not None and letter == "B":
                continue  # the real steps grow with it, under a letter of their own
            # hidden_size stays larger than proj_size
            values = [getattr(resized(p, letter, size + 40), row.name) for size in range(5)]
            degree = 0
            while len(set(values)) > 1:
                values, degree = [b - a for a, b in pairwise(values)], degree + 1
            assert row.degrees[letter] == degree, f"{row.name} by {letter} of {p.spec!r}"


def test_the_columns_are_the_sizes_that_a_layer_has() -> None:
    def letters(*args: Any, **config: Any) -> tuple[str, str]:
        grown = predict(*args, **config).scaling()
        return "".join(grown.rows[0].factors), "".join(grown.sizes)

    assert letters("LSTM", 3, 4) == ("TBHLD", "TBIHLD")
    assert letters("LSTM", 3, 4, proj_size=2) == ("TBHLD", "TBIHPLD")
    assert letters("LSTM", 3, 4, batch=None) == ("THLD", "TIHLD")
    assert letters("LSTM", 3, 4, lengths=[3, 2]) == ("TBHLD", "RBIHLD")
    assert letters("LSTMCell", 3, 4) == ("BH", "BIH")
    assert letters("LSTMCell", 3, 4, batch=None) == ("H", "IH")


def test_a_factor_that_depends_on_a_symbol_is_none() -> None:
    grown = predict("RNN", 4, 8)
    saved = grown.scaling()["saved_bytes"]
    assert str(saved.now) == "48*B*T + 32*B"
    assert (saved.factors["T"], saved.factors["B"]) == (None, 2)
    assert predict("RNN", 4, 8, seq=5).scaling()["saved_bytes"].factors["T"] == Fraction(48 * 10 + 32, 48 * 5 + 32)
    clash = predict("RNN", 4, 8, batch="2*L", seq="H").scaling()
    assert (str(clash["flops"].now), clash["flops"].factors) == ("384*H*L", grown.scaling()["flops"].factors)
    assert "varies" in repr(grown.scaling())
    assert "varies" not in repr(predict("GRU", 4, 8).scaling())


def test_nothing_grows_from_nothing() -> None:
    flops = predict("GRU", 4, 8, batch=0, seq=5).scaling()["flops"]
    assert (flops.now, flops.factors["T"], flops.factors["B"]) == (0, 1, 1)


def test_a_cost_by_its_name() -> None:
    grown = predict("GRU", 4, 8).scaling()
    assert grown["flops"].name == "flops"
    with pytest.raises(KeyError) as caught:
        grown["flop"]
    assert caught.value.args == ("no cost 'flop'; did you mean 'flops'?",)
    with pytest.raises(KeyError) as caught:
        grown["zzz"]
    known = "parameter_count, flops_per_step, flops, state_bytes and saved_bytes"
    assert caught.value.args == (f"no cost 'zzz'; there are {known}",)


def test_to_dict() -> None:
    data = predict("GRU", 4, 8, batch="N", seq=5, bidirectional=True).scaling().to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["layer"] == "GRU(4, 8, bidirectional=True)    batch_first=False"
    assert data["sizes"]["B"] == {"size": "N", "means": "batch"}
    assert data["costs"]["state_bytes"] == {
        "now": "64*N",
        "formula": "4*B*D*H*L",
        "degrees": {"T": 0, "B": 1, "I": 0, "H": 1, "L": 1, "D": 1},
        "factors": {"T": 1.0, "B": 2.0, "H": 2.0, "L": 2.0, "D": 2.0},
    }
    assert predict("RNN", 4, 8).scaling().to_dict()["costs"]["saved_bytes"]["factors"]["T"] is None


def test_the_table() -> None:
    p = predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch=6, seq=9)
    assert (
        f"{p.scaling()!r}\n"
        == """\
LSTM(10, 16, num_layers=2, bidirectional=True)    batch_first=False
                              2 x T  2 x B  2 x H   2 x L   D 1 to 2
  parameter_count  9,984      same   same   x 3.64  x 2.28  x 2.52
  flops_per_step   18,944     same   same   x 3.73  x 2.30  x 2.55
  flops            1,022,976  x 2    x 2    x 3.73  x 2.30  x 2.55
  state_bytes      3,072      same   x 2    x 2     x 2     x 2
  saved_bytes      105,840    x 2    x 2    x 1.98  x 2.04  x 1.96
  with T=9 seq, B=6 batch, I=10 input_size, H=16 hidden_size, L=2 num_layers, D=2 directions
  parameter_count  = 4*D*D*H*H*L - 4*D*D*H*H + 4*D*H*H*L + 4*D*H*I + 8*D*H*L
  flops_per_step   = 8*D*D*H*H*L - 8*D*D*H*H + 8*D*H*H*L + 8*D*H*I
  flops            = 8*B*D*D*H*H*L*T - 8*B*D*D*H*H*T + 8*B*D*H*H*L*T + 8*B*D*H*I*T
  state_bytes      = 8*B*D*H*L
  saved_bytes      = 32*B*D*H*L*T - 4*B*D*H*T + 4*B*I*T
"""
    )
    assert p.scaling()["state_bytes"].degrees["T"] == 0, "the state does not grow with the sequence"
