"""An `Influence` as text."""

from __future__ import annotations

from rnnshape.experiments.influence import Experiment, Influence, Matrix
from rnnshape.render.influence import influence_text, matrix_lines


def test_a_matrix_is_drawn_with_a_letter_for_each_share() -> None:
    lines = matrix_lines(Matrix("step", "sample", ((1.0, 0.0, 0.001), (0.5, 0.99, 0.3))))
    assert [line.split() for line in lines] == [
        ["sample", "0", "1", "2"], ["step", "0", "@", "·", "."], ["step", "1", "+", "%", "-"],
    ]  # fmt: skip
    assert len({line.index(mark) for line, mark in zip(lines, "0@+", strict=True)}) == 1


def test_a_large_matrix_is_cut() -> None:
    lines = matrix_lines(Matrix("sample", "sample", tuple((0.0,) * 40 for _ in range(40))))
    assert len(lines) == 25


def test_what_was_not_tried_is_named() -> None:
    influence = Influence(samples=Experiment("samples", "apart"), untried=("padding: no input is known to be padded",))
    assert influence_text(influence) == "samples: apart\n\nnot tried:\n  padding: no input is known to be padded"
    assert str(Influence()) == "nothing was measured"
