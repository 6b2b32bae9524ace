"""Numbers of several runs in terms of symbols: what is claimed holds in every run, and nothing else is claimed."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape.dryrun.solving import Solver
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, substitute

B, T = (11, 17, 23), (13, 19, 29)


def solver() -> Solver:
    return Solver({"B": B, "T": T})


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ((5, 5, 5), "5"), ((0, 0, 0), "0"), (B, "B"), (T, "T"), ((22, 34, 46), "2*B"), ((143, 323, 667), "B*T"),
        ((121 * 3, 289 * 3, 529 * 3), "3*B*B"), ((11 * 169, 17 * 361, 23 * 841), "B*T*T"),
    ],
)  # fmt: skip
def test_a_product(numbers: tuple[int, ...], size: str) -> None:
    found = solver()
    assert str(found.size(numbers)) == size
    assert str(found.total(numbers)) == size
    assert found.notes == []


@pytest.mark.parametrize(
    ("numbers", "note"),
    [
        ((11, 17, 27), "S1 = T - 2"), ((26, 38, 58 - 0), None), ((14, 20, 30), "S1 = T + 1"), ((25, 37, 57), "S1 = 2*T - 1"),
        ((24, 36, 52), "S1 = B + T"),
        ((6, 9, 14), "S1 depends on the sizes in another way: it is 6, 9, 14 where B = 11, 17, 23 and T = 13, 19, 29"),
    ],
)  # fmt: skip
def test_what_is_no_product_gets_a_symbol_and_a_note(numbers: tuple[int, ...], note: str | None) -> None:
    found = solver()
    assert str(found.size(numbers)) == ("S1" if note else "2*T")
    assert found.notes == ([note] if note else [])
    assert found.size(numbers) == found.size(numbers)
    assert len(found.notes) == (1 if note else 0)


def test_a_share_is_told() -> None:
    found = Solver({"T": (44, 52, 68)})
    assert str(found.size((11, 13, 17))) == "S1"
    assert str(found.size((33, 39, 51))) == "3*S1"
    assert found.notes == ["S1 = T/4"]


def test_symbols_that_were_found_are_used_again() -> None:
    found = solver()
    found.size((11, 17, 27))
    assert str(found.total((5 * 11 * 11, 5 * 17 * 17, 5 * 23 * 27))) == "5*B*S1"


def test_a_symbol_of_the_users_is_not_taken() -> None:
    found = Solver({"S1": B})
    assert str(found.size((10, 16, 22))) == "S2"


def test_a_sum_of_two_is_a_total_and_no_size() -> None:
    found = solver()
    numbers = tuple(4 * b * t + 64 * b for b, t in zip(B, T, strict=True))
    assert str(found.total(numbers)) == "4*B*T + 64*B"
    assert found.notes == []
    assert found.sum_of_two((6, 9, 14)) is None


def test_one_run_has_numbers_only() -> None:
    found = Solver({})
    assert found.size((7,)) == 7
    assert found.total((7,)).number() == 7
    assert found.layout([Layout.parse("batch=6 seq=9")]) == Layout.parse("batch=6 seq=9")


def test_layouts() -> None:
    found = solver()
    seen = [Layout.of(("batch", b), [("seq", t), ("hidden", 4)], ("feature", 3)) for b, t in zip(B, T, strict=True)]
    assert str(found.layout(seen)) == "batch=B (seq=T hidden=4) feature=3"
    other = [seen[0], Layout.of(("batch", 17), ("x", 76), ("feature", 3)), seen[2]]
    assert str(found.layout(other)) == "batch=B ?=4*T feature=3"


@given(st.integers(1, 500), st.lists(st.sampled_from("BT"), max_size=3))
def test_every_product_is_found(coefficient: int, symbols: list[str]) -> None:
    values = {"B": B, "T": T}
    numbers = tuple(coefficient * prod(values[s][run] for s in symbols) for run in range(3))
    expected = Monomial(coefficient, tuple(sorted(symbols))) if symbols else coefficient
    assert solver().size(numbers) == expected


@given(st.tuples(*[st.integers(0, 10_000)] * 3))
def test_every_claim_holds_in_every_run(numbers: tuple[int, int, int]) -> None:
    found = solver()
    total = found.sum_of_two(numbers)
    for run in range(3):
        values = {"B": B[run], "T": T[run]}
        if total is not None:
            assert total.substitute(values).number() == numbers[run]
        size = substitute(found.size(numbers), values)
        assert size == numbers[run] or found.notes
