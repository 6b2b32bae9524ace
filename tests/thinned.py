"""Parts of matrices that are too large for every run of the suite: the nightly run has all of their cells."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable
from itertools import product
from typing import TypeVar

__all__ = ["NIGHTLY", "every", "thinned"]

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


def thinned(rows: Iterable[Row], columns: Iterable[Column], whole: bool = NIGHTLY) -> list[tuple[Row, Column]]:
    """Pair each row with one column, in turn, so that every row and every column is run; all pairs with ``whole``.

    >>> thinned("abc", [1, 2], whole=False)
    [('a', 1), ('b', 2), ('c', 1)]
    """
    rows, columns = list(rows), list(columns)
    return [*product(rows, columns)] if whole else [(row, columns[at % len(columns)]) for at, row in enumerate(rows)]


def every(number: int, rows: Iterable[Row], whole: bool = NIGHTLY) -> list[Row]:
    """Return one of so many rows, of what other tests look at too; all with ``whole``.

    >>> every(2, "abc", whole=False)
    ['a', 'c']
    """
    return list(rows)[:: 1 if whole else number]
