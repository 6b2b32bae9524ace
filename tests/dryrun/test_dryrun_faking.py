"""Fakes of parameters: those that are made without torch's converter are the same as its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from rnnshape.dryrun.faking import Fakes


def said(tensor: Tensor) -> dict[str, object]:
    """Return what a fake says of itself."""
    told = {name: getattr(tensor, name)() for name in ("stride", "storage_offset", "is_contiguous", "numel", "element_size")}
    names = ("shape", "dtype", "device", "layout", "requires_grad", "is_leaf", "grad", "grad_fn", "nbytes")
    return told | {name: getattr(tensor, name) for name in names} | {"kept": sorted(vars(tensor)), "kind": type(tensor)}


PLAIN: dict[str, Callable[[], nn.Parameter]] = {
    "a matrix": lambda: nn.Parameter(torch.ones(3, 4)),
    "a frozen one": lambda: nn.Parameter(torch.ones(3, 4), requires_grad=False),
    "a number": lambda: nn.Parameter(torch.tensor(1.0)),
    "nothing": lambda: nn.Parameter(torch.ones(0, 4)),
    "of two bytes": lambda: nn.Parameter(torch.ones(3, dtype=torch.float16)),
    "whole numbers": lambda: nn.Parameter(torch.ones(3, dtype=torch.int64), requires_grad=False),
}


@pytest.mark.parametrize("make", PLAIN.values(), ids=PLAIN)
def test_a_plain_parameter_is_what_torchs_converter_makes_of_it(
    make: Callable[[], nn.Parameter], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make()
    theirs = Fakes().from_tensor(real, static_shapes=True)
    monkeypatch.setattr(Fakes, "from_tensor", None)
    fakes = Fakes()
    ours = fakes.fake(real)
    assert said(ours) == said(theirs)
    assert isinstance(ours, nn.Parameter)
    assert fakes.fake(real) is ours
    assert fakes.fake(make()) is not ours


def test_torchs_converter_knows_the_fake_of_a_plain_parameter() -> None:
    fakes, real = Fakes(), nn.Parameter(torch.ones(3, 4))
    assert fakes.fake(real) is fakes.from_tensor(real, static_shapes=True)


def with_a_gradient() -> nn.Parameter:
    real = nn.Parameter(torch.ones(3))
    real.sum().backward()
    return real


def with_an_attribute() -> nn.Parameter:
    real = nn.Parameter(torch.ones(3))
    real.is_sparse_row = True  # type: ignore[attr-defined]
    return real


OTHERS: dict[str, Callable[[], nn.Parameter]] = {
    "with a gradient": with_a_gradient,
    "with an attribute": with_an_attribute,
    "a view": lambda: nn.Parameter(torch.ones(6)[:3]),
    "transposed": lambda: nn.Parameter(torch.ones(3, 4).t()),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_any_other_parameter_is_left_to_torchs_converter(
    make: Callable[[], nn.Parameter], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make()
    theirs, convert = Fakes().fake(real), Fakes.from_tensor
    asked: list[Tensor] = []
    monkeypatch.setattr(Fakes, "from_tensor", lambda self, t, **k: asked.append(t) or convert(self, t, **k))
    assert Fakes().fake(real).shape == theirs.shape == real.shape
    assert asked == [real]
    assert (theirs.grad is None) == (real.grad is None)
