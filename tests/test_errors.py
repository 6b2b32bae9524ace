"""The exceptions: each also is the builtin one for the same mistake, and goes from one process to another."""

from __future__ import annotations

import copy
import pickle

import pytest

from rnnshape import errors
from rnnshape.report.finding import Finding


@pytest.mark.parametrize(
    ("kind", "builtins"),
    [
        (errors.LayoutError, (ValueError,)),
        (errors.LayoutIndexError, (ValueError, IndexError)),
        (errors.LayoutSyntaxError, (ValueError,)),
        (errors.SpecError, (ValueError,)),
        (errors.SpecTypeError, (ValueError, TypeError)),
        (errors.ContractError, (RuntimeError, ValueError)),
    ],
)
def test_an_except_clause_that_is_already_there_fits(kind: type[Exception], builtins: tuple[type[Exception], ...]) -> None:
    assert issubclass(kind, errors.RNNShapeError)
    for builtin in (RuntimeError, ValueError, IndexError, TypeError):
        assert issubclass(kind, builtin) is (builtin in builtins)


def test_a_warning_is_no_error() -> None:
    assert issubclass(errors.RNNShapeWarning, UserWarning)
    assert not issubclass(errors.RNNShapeWarning, errors.RNNShapeError)


@pytest.mark.parametrize(
    "error",
    [
        errors.LayoutError("no such dim"),
        errors.LayoutIndexError("no such dim"),
        errors.LayoutSyntaxError("batch (seq", 6, "this '(' is never closed"),
        errors.SpecTypeError("hidden_size=None: an int is needed, got NoneType"),
        errors.ContractError("GRU: it is wrong", (Finding("RNS103", "error", "it is wrong"),)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_pickled_and_copied_whole(error: Exception) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


def test_every_exception_is_listed() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert sorted(kind.__name__ for kind in kinds) == sorted(errors.__all__)
