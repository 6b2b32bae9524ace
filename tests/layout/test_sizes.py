from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnshape.layout.sizes import Monomial, Size, Total, divide, parse_size, product, substitute

VALUES = {"B": 7, "H": 11, "T": 13}
SIZES: st.SearchStrategy[Size] = st.integers(0, 30) | st.builds(
    lambda coefficient, symbols: product([coefficient, *(Monomial(1, (s,)) for s in symbols)]),
    st.integers(1, 12),
    st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3),
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("6", 6),
        ("2*3", 6),
        ("B", Monomial(1, ("B",))),
        ("2*H", Monomial(2, ("H",))),
        ("H*2", Monomial(2, ("H",))),
        (" 2 * H ", Monomial(2, ("H",))),
        ("T*B*T", Monomial(1, ("B", "T", "T"))),
        ("2*B*3", Monomial(6, ("B",))),
        ("0*B", 0),
        ("batch_2", Monomial(1, ("batch_2",))),
        (6, 6),
        (0, 0),
        (Monomial(2, ("H",)), Monomial(2, ("H",))),
    ],
)
def test_parse_size(text: str | Size, size: Size) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (-1, "a size is 0 or more, got -1"),
        ("-1", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got '-1'"),
        ("", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got ''"),
        ("2*", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got '2*'"),
        ("T-1", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got 'T-1'"),
        ("2H", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got '2H'"),
        ("²", "a size is an int, a symbol such as 'B' or a product such as '2*H'; got '²'"),
        (2.0, "a size is an int, a symbol such as 'B' or a product such as '2*H'; got 2.0"),
        (True, "a size is an int, a symbol such as 'B' or a product such as '2*H'; got True"),
        (None, "a size is an int, a symbol such as 'B' or a product such as '2*H'; got None"),
    ],
)
def test_parse_size_refuses(given: object, text: str) -> None:
    with pytest.raises(ValueError) as err:
        parse_size(given)
    assert str(err.value) == text


@pytest.mark.parametrize(
    ("size", "by", "quotient"),
    [
        ("54", "6", "9"),
        ("9", "6", None),
        ("6", "9", None),
        ("6", "0", None),
        ("0", "0", None),
        ("0", "6", "0"),
        ("0", "B", None),
        ("6", "B", None),
        ("B", "0", None),
        ("2*B*H", "B", "2*H"),
        ("2*B*H", "2*B*H", "1"),
        ("2*H", "H", "2"),
        ("2*H", "4", None),
        ("4*H", "2", "2*H"),
        ("B", "H", None),
        ("B*B", "B", "B"),
        ("B", "B*B", None),
    ],
)
def test_divide(size: str, by: str, quotient: str | None) -> None:
    assert divide(parse_size(size), parse_size(by)) == (None if quotient is None else parse_size(quotient))


def test_a_product_without_factors_is_one() -> None:
    assert product([]) == 1


def test_monomials_are_equal_whatever_the_order_of_their_symbols() -> None:
    assert parse_size("T*B") == parse_size("B*T")
    assert parse_size("T*B") != parse_size("B*B")


def test_a_monomial_multiplies_from_both_sides_and_vanishes_with_zero() -> None:
    assert str(3 * parse_size("2*H")) == str(parse_size("2*H") * 3) == "6*H"
    assert 0 * parse_size("H") == 0


@pytest.mark.parametrize(
    ("size", "values", "result"),
    [
        ("6", {"B": 2}, "6"),
        ("2*H", {"H": 16}, "32"),
        ("2*B*H", {"H": 16}, "32*B"),
        ("B*B", {"B": 3}, "9"),
        ("B*H", {"B": 0}, "0"),
        ("B", {"H": 3}, "B"),
        ("B", {"B": Monomial(2, ("N",))}, "2*N"),
    ],
)
def test_substitute(size: str, values: dict[str, Size], result: str) -> None:
    assert substitute(parse_size(size), values) == parse_size(result)


@given(SIZES)
def test_a_size_is_read_back_as_written(size: Size) -> None:
    assert parse_size(str(size)) == size


@given(SIZES, SIZES)
def test_division_undoes_multiplication(a: Size, b: Size) -> None:
    assume(b != 0)
    # What is left of 0 has no symbols, so it divides only by numbers.
    assert divide(product([a, b]), b) == (None if a == 0 and isinstance(b, Monomial) else a)


@given(SIZES, SIZES)
def test_symbols_count_like_their_numbers(a: Size, b: Size) -> None:
    assert substitute(product([a, b]), VALUES) == substitute(a, VALUES) * substitute(b, VALUES)
    if (quotient := divide(a, b)) is not None:
        assert product([quotient, b]) == a


# Sums


TOTALS = st.recursive(
    SIZES.map(lambda size: Total.of([size])),
    lambda inner: st.builds(lambda a, b, operation: operation(a, b), inner, inner | SIZES, st.sampled_from([
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: b + a, lambda a, b: b * a,
    ])),
    max_leaves=5,
)  # fmt: skip


def value(counted: Size | Total) -> int:
    found = counted.substitute(VALUES).number() if isinstance(counted, Total) else substitute(counted, VALUES)
    assert isinstance(found, int)
    return found


@given(TOTALS, TOTALS | SIZES)
def test_totals_add_subtract_and_multiply_as_their_values_do(a: Total, b: Total | Size) -> None:
    assert (value(a + b), value(b + a)) == (value(a) + value(b),) * 2
    assert (value(a * b), value(b * a)) == (value(a) * value(b),) * 2
    assert value(a - b) == value(a) - value(b)
    assert isinstance(a - b, Total)


@given(TOTALS)
def test_a_total_reads_as_an_expression_of_its_value(total: Total) -> None:
    assert eval(str(total), dict(VALUES)) == value(total)
    assert Total.of(total.terms) == total


@given(TOTALS, st.sampled_from(sorted(VALUES)))
def test_the_degree_of_a_total_is_that_of_its_growth(total: Total, symbol: str) -> None:
    degree = total.degree(symbol)
    assert degree == max((str(term).split("*").count(symbol) for term in total.terms), default=0)
    assert (degree == 0) == (total == total.substitute({symbol: 5}) == total.substitute({symbol: 6}))


@pytest.mark.parametrize(
    ("sizes", "text", "number"),
    [
        ([], "0", 0),
        ([0], "0", 0),
        ([5], "5", 5),
        (["B", 5, "3*B"], "4*B + 5", None),
        (["B", "H*T", "-B"], "H*T", None),
        (["H*T", "-B", -5], "H*T - B - 5", None),
        (["-H", "-12*B"], "-12*B - H", None),
        (["B", "-B"], "0", 0),
    ],
)
def test_totals(sizes: list[int | str], text: str, number: int | None) -> None:
    def signed(size: int | str) -> Size:
        if isinstance(size, str) and size.startswith("-"):
            return product((-1, parse_size(size[1:])))
        return size if isinstance(size, int) else parse_size(size)

    total = Total.of(map(signed, sizes))
    assert (str(total), total.number()) == (text, number)
