"""What is read from a function's annotations."""

import functools
import typing
from collections.abc import Iterator

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, Int, jaxtyped
from torch import Tensor

from rnnshape.contracts.annotations import annotated_axes, annotations_of, claims

Features = Float[Tensor, "batch seq 4"]


def names(function) -> dict[str, tuple[str, ...]]:
    return {name: layout.names for name, layout in annotated_axes(function).items()}


def test_names_of_every_dim() -> None:
    def forward(x: Float[Tensor, "N T 4"], ids: Int[Tensor, "#batch n+1"], rest: Float[Tensor, "*any seq"], plain=None): ...

    found = annotated_axes(forward)
    assert names(forward) == {"x": ("batch", "seq", "?"), "ids": ("batch", "?")}
    assert not any(isinstance(size, int) for layout in found.values() for size in layout.sizes)


def test_an_optional_array_has_axes_and_a_choice_of_two_has_none() -> None:
    def forward(
        x: Float[Tensor, "batch seq"] | None,
        y: typing.Optional[Int[Tensor, "batch"]],  # noqa: UP045
        z: Float[Tensor, "batch"] | Float[Tensor, "batch seq"],
        pair: tuple[Float[Tensor, "batch"], int],
    ): ...

    assert names(forward) == {"x": ("batch", "seq"), "y": ("batch",)}


def test_anything_else_has_none() -> None:
    def forward(x: "Unknown", y: int): ...

    assert annotated_axes(forward) == {}
    assert annotated_axes(len) == {}
    assert annotated_axes(dict) == {}


def test_one_annotation_that_cannot_be_read_does_not_hide_the_others() -> None:
    def forward(x: Features, y: "Unknown", z: "1 / 0"): ...

    found = annotations_of(forward)
    assert found is not None
    assert (list(found.parameters), found.unread) == (["x"], ("y", "z"))


def test_names_that_a_function_closes_over_are_known() -> None:
    Local = Float[Tensor, "batch classes"]

    def forward(x: Local):
        return Local

    assert names(forward) == {"x": ("batch", "classes")}


def test_only_arrays_are_kept_and_only_of_named_parameters() -> None:
    def forward(x: Features, n: int, *more: Features, key: Features, **others: Features) -> Features: ...

    found = annotations_of(forward)
    assert found is not None
    assert list(found.parameters) == ["x", "key"]
    assert found.result is Features
    assert found


def test_what_a_generator_yields_is_not_its_result() -> None:
    def steps(x: Features) -> Iterator[Features]:
        yield x

    async def later(x: Features) -> typing.AsyncIterator[Features]:
        yield x

    for function in (steps, later):
        found = annotations_of(function)
        assert found is not None
        assert found.result is None


def test_a_function_that_wants_no_check_has_no_annotations() -> None:
    @typing.no_type_check
    def forward(x: Features): ...

    assert annotations_of(forward) is None


@pytest.mark.parametrize(
    ("decorate", "checked"),
    [
        (jaxtyped(typechecker=beartype), True),
        (lambda f: jaxtyped(beartype(f), typechecker=None), True),
        (lambda f: functools.wraps(f)(lambda *a, **k: f(*a, **k)), False),
        (lambda f: functools.wraps(f)(jaxtyped(f, typechecker=beartype)), True),
        (jaxtyped(typechecker=None), False),
        (beartype, True),
    ],
)
def test_it_is_known_whether_the_user_checks_already(decorate, checked) -> None:
    def forward(x: Features) -> Features:
        return x

    found = annotations_of(decorate(forward))
    assert found is not None
    assert found.checked_by_user is checked
    assert list(found.parameters) == ["x"]


# Claims


def told(hint, value) -> list[tuple[str, str]]:
    return [(claim.name, str(claim.layout)) for claim in claims(hint, value, "x")]


def test_claims_follow_the_structure_of_a_value() -> None:
    one, two = torch.zeros(3), torch.zeros(3, 4)
    State = Float[Tensor, "batch"] | Float[Tensor, "batch hidden"]
    assert told(Float[Tensor, "batch"], one) == [("x", "batch")]
    assert told(State, two) == [("x", "batch hidden")]
    assert told(State | None, None) == []
    assert told(tuple[Float[Tensor, "batch"], int, Float[Tensor, "batch hidden"]], (one, 1, two)) == [
        ("x[0]", "batch"),
        ("x[2]", "batch hidden"),
    ]
    assert told(tuple[Float[Tensor, "batch"], ...], (one, one)) == [("x[0]", "batch"), ("x[1]", "batch")]
    assert told(list[Float[Tensor, "batch"]], [one]) == [("x[0]", "batch")]
    assert told(dict[str, Float[Tensor, "batch"]], {"a": one}) == [("x['a']", "batch")]
    assert told(list[Float[Tensor, "batch"]] | Float[Tensor, "batch hidden"], [one]) == [("x[0]", "batch")]


def test_what_does_not_fit_is_not_claimed() -> None:
    assert told(Float[Tensor, "batch"], torch.zeros(3, 4)) == []
    assert told(Float[Tensor, "batch"], "text") == []
    assert told(Float[Tensor, "*rest batch"], torch.zeros(3, 4)) == []
    assert told(tuple[Float[Tensor, "batch"], int], torch.zeros(3)) == []
    assert told(int, 3) == []
