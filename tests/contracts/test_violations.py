"""Whether a call is as annotated: against jaxtyping and beartype themselves, and the whole text of what is said."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from beartype import beartype
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float, Int, Shaped, TypeCheckError, jaxtyped
from torch import Tensor, zeros

from rnnshape.contracts.annotations import annotations_of
from rnnshape.contracts.violations import violations


def told(function: Callable[..., Any], /, *args: Any, result: Any = ...) -> list[str]:
    """Return what is said of a call, each with its lines."""
    found = annotations_of(function)
    assert found is not None
    arguments = found.signature.bind(*args)
    arguments.apply_defaults()
    wrong = violations(found, arguments.arguments, *(() if result is ... else (result,)))
    again = violations(found, arguments.arguments, *(() if result is ... else (result,)))
    assert [v.mistake.message for v in wrong] == [v.mistake.message for v in again]
    told = [(v.mistake.message, v.mistake.comparison, v.mistake.suggestion) for v in wrong]
    return ["\n".join(str(part) for part in parts if part) for parts in told]


def encode(
    x: Float[Tensor, "batch seq 4"],
    lengths: Int[Tensor, "batch"] | None = None,
    more: tuple[Float[Tensor, "batch k"], ...] = (),
) -> tuple[Float[Tensor, "batch seq hidden"], Float[Tensor, "1 batch hidden"]]:
    raise NotImplementedError


X = zeros(6, 9, 4)


def test_what_is_right_is_not_spoken_of() -> None:
    assert told(encode, X) == []
    assert told(encode, X, torch.ones(6, dtype=torch.int64), (zeros(6, 2), zeros(6, 2))) == []
    assert told(encode, X, result=(zeros(6, 9, 8), zeros(1, 6, 8))) == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            (zeros(6, 4, 9),),
            "x dim 2 is 9, expected 4\n  expected  (batch=6, seq=4, 4)\n  got       (      6,     4, 9)\n"
            "                             ^\nx.transpose(1, 2) fits",
        ),
        ((zeros(9, 4),), "x has 2 dims, expected 3\n  expected  (batch, seq, 4)\n  got       (9, 4)"),
        (
            (X, torch.ones(9, dtype=torch.int64)),
            "lengths axis 'batch' is 9, expected 6\n  expected  (batch=6,)\n  got       (      9,)\n                   ^\n"
            "  batch=6  from dim 0 of x (6, 9, 4)",
        ),
        ((X.int(),), "x is int32 (6, 9, 4), annotated Float[Tensor, 'batch seq 4']"),
        (([X],), "x is a list, annotated Float[Tensor, 'batch seq 4']"),
        ((X.numpy(),), "x is float32 (6, 9, 4), annotated Float[Tensor, 'batch seq 4']"),
        (
            (X, None, (zeros(6, 2), zeros(6, 3))),
            "more[1] axis 'k' is 3, expected 2\n  expected  (batch=6, k=2)\n  got       (      6,   3)\n"
            "                        ^\n  batch=6  from dim 0 of x (6, 9, 4)\n  k=2      from dim 1 of more[0] (6, 2)",
        ),
        ((X, "text"), "lengths is a str, annotated Int[Tensor, 'batch'] | None"),
    ],
)
def test_what_is_wrong_with_an_argument(args: tuple[Any, ...], message: str) -> None:
    assert told(encode, *args) == [message]


def test_what_is_wrong_with_a_result() -> None:
    assert told(encode, X, result=(zeros(6, 9, 8), zeros(1, 9, 8))) == [
        "the result[1] axis 'batch' is 9, expected 6\n"
        "  expected  (1, batch=6, hidden=8)\n  got       (1,       9,        8)\n"
        "                      ^\n  batch=6   from dim 0 of x (6, 9, 4)\n  hidden=8  from dim 2 of the result[0] (6, 9, 8)"
    ]
    assert told(encode, X, result=None) == [
        "the result is None, annotated tuple[Float[Tensor, 'batch seq hidden'], Float[Tensor, '1 batch hidden']]"
    ]


class Layer:
    def __init__(self, hidden: int) -> None:
        self.hidden = hidden

    def forward(self, x: Float[Tensor, "batch {self.hidden}"]) -> Float[Tensor, "batch {self.hidden}*2"]:
        raise NotImplementedError


def test_sizes_of_the_instance() -> None:
    assert told(Layer.forward, Layer(8), zeros(6, 8)) == []
    reason = "the dimension size 8 does not equal the existing value of {self.hidden}=9"
    wanted = f"x is float32 (6, 8), annotated Float[Tensor, 'batch {{self.hidden}}']: {reason}"
    assert told(Layer.forward, Layer(9), zeros(6, 8)) == [wanted]
    assert told(Layer.forward, Layer(8), zeros(6, 8), result=zeros(6, 16)) == []
    assert len(told(Layer.forward, Layer(8), zeros(6, 8), result=zeros(6, 8))) == 1


def test_an_instance_that_changes_is_checked_again() -> None:
    found, layer = annotations_of(Layer.forward), Layer(8)
    assert found is not None
    arguments = {"self": layer, "x": zeros(6, 8)}
    assert violations(found, arguments) == []
    layer.hidden = 9
    assert len(violations(found, arguments)) == 1


def test_an_annotation_that_jaxtyping_cannot_read_is_noted() -> None:
    def forward(x: Float[Tensor, "n+1"]): ...

    found = annotations_of(forward)
    assert found is not None
    assert violations(found, {"x": zeros(3)}) == []
    assert found.note.startswith("jaxtyping cannot read an annotation: Cannot process symbolic axis 'n+1'")


def test_a_random_item_is_looked_at_and_the_users_numbers_are_left_alone() -> None:
    def forward(
        x: list[Float[Tensor, "batch"]], y: dict[str, Float[Tensor, "batch"]], z: tuple[Float[Tensor, "batch"], ...]
    ): ...

    random.seed(0)
    before = random.getstate()
    assert told(forward, [zeros(3)] * 5, {"a": zeros(3)}, (zeros(3),)) == []
    assert told(forward, [zeros(3, 1)] * 5, {"a": zeros(3)}, (zeros(3),)) != []
    assert random.getstate() == before


sizes = st.integers(1, 3)
shapes = st.lists(sizes, min_size=1, max_size=3).map(tuple)
words = st.sampled_from(["batch", "seq", "4", "2", "feature=3", "_", "#batch", "k=seq", "...", "*rest", "2*batch"])


@settings(max_examples=settings().max_examples // 2)  # each makes two annotations, which jaxtyping and beartype compile
@given(st.lists(words, max_size=3), st.lists(words, max_size=3), shapes, shapes, st.booleans())
def test_the_verdict_is_that_of_jaxtyping_and_beartype(one: list[str], two: list[str], a: Any, b: Any, whole: bool) -> None:
    try:
        First, Second = Shaped[Tensor, " ".join(one)], Float[Tensor, " ".join(two)]
    except ValueError:  # two variadic words
        return

    def forward(x, y): ...

    forward.__annotations__ = {"x": First, "y": Second}
    theirs = jaxtyped(forward, typechecker=beartype)
    x, y = zeros(a), zeros(b, dtype=torch.int64 if whole else torch.float32)
    found = annotations_of(forward)
    assert found is not None
    wrong = violations(found, {"x": x, "y": y})
    verdict: Exception | None = None
    try:
        theirs(x, y)
    except Exception as error:
        verdict = error
    if isinstance(verdict, TypeCheckError):
        assert wrong != [] or found.note
    elif verdict is not None:
        assert found.note.endswith(str(verdict))
    else:
        assert (wrong, found.note) == ([], "")
