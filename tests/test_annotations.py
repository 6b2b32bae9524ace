import pytest
import torch

from rnnshape.annotations import annotated_axes


def test_names_of_every_dim() -> None:
    jaxtyping = pytest.importorskip("jaxtyping")
    Float, Int, T = jaxtyping.Float, jaxtyping.Int, torch.Tensor

    def forward(x: Float[T, "batch seq 4"], ids: Int[T, "#batch n+1"], rest: Float[T, "*any seq"], plain=None): ...

    assert annotated_axes(forward) == {"x": ("batch", "seq", None), "ids": ("batch", None)}


def test_anything_else_has_none() -> None:
    def forward(x: "Unknown", y: int): ...  # noqa: F821

    assert annotated_axes(forward) == {}
    assert annotated_axes(len) == {}
