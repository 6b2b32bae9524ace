"""Roles: what is a gate, a memory and an answer follows from what was done, and from nothing that anybody has called it."""

from __future__ import annotations

import pytest

from rnnshape.coordinates.roles import ANSWER, EXCHANGED, KEPT, MEMORY, NOTHING, READS_ANSWER, READS_KEPT, Roles, met, read


def step(h: Roles, c: Roles) -> tuple[Roles, Roles]:
    """Return the roles of h and c after a step of an LSTM's cell."""
    gate = met("sigmoid", [met("add", [NOTHING, read(h)])])
    kept = met("add", [met("mul", [gate, c]), met("mul", [gate, met("tanh", [read(h)])])])
    return met("__mul__", [gate, met("tanh", [kept])]), kept


def test_a_cell_keeps_its_memory() -> None:
    h, c = step(*step(NOTHING, NOTHING))
    assert h == {ANSWER}
    assert c == {MEMORY, KEPT}


def test_a_cell_whose_states_have_changed_places_keeps_an_answer() -> None:
    h, c = step(NOTHING, NOTHING)
    h, c = step(c, h)
    assert h == {ANSWER, EXCHANGED}
    assert c == {MEMORY, EXCHANGED}


def test_a_state_that_is_gated_and_read_is_no_answer() -> None:
    h = NOTHING
    for _ in range(3):  # a GRU
        gate = met("sigmoid", [read(h)])
        new = met("tanh", [met("add", [NOTHING, met("mul", [gate, read(h)])])])
        h = met("add", [met("mul", [met("rsub", [gate]), new]), met("mul", [gate, h])])
        assert h == {MEMORY}


def test_gates_that_read_both_states_tell_nothing() -> None:
    h, c = step(NOTHING, NOTHING)
    gate = met("sigmoid", [met("add", [read(h), read(c)])])
    for state in (h, c):
        assert met("add", [met("mul", [gate, state]), met("mul", [gate, NOTHING])]) == {MEMORY}


@pytest.mark.parametrize("name", ["relu", "clone", "dropout"])
def test_an_operation_on_one_tensor_keeps_its_role(name: str) -> None:
    assert met(name, [frozenset([ANSWER])]) == {ANSWER}


def test_a_mask_of_steps_keeps_the_role_of_what_it_leaves() -> None:
    old, new = frozenset([MEMORY]), frozenset([MEMORY, KEPT])
    assert met("add", [met("mul", [NOTHING, new]), met("mul", [NOTHING, old])]) == {MEMORY}
    assert met("add", [met("mul", [NOTHING, new]), frozenset([ANSWER])]) == NOTHING


def test_what_layers_have_read_adds_up() -> None:
    both = met("add", [read(frozenset([ANSWER])), read(frozenset([MEMORY, KEPT]))])
    assert {READS_ANSWER, READS_KEPT} <= both
    assert read(both) == both
