"""Correct code must provoke nothing: how the idioms and the correct models are run and compared with a run without us."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

F, H, C = 4, 6, 3
"""Features, hidden size, classes."""

SIZES = [(5, 8), (8, 8), (1, 8), (5, 1), (1, 1), (H, F), (2, 2)]
"""Batch and steps: distinct, equal, of size one, and equal to other sizes of the model."""


class Sketch(nn.Module):
    """A model of a function and the layers it uses."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self, *args, **kwargs)


@dataclasses.dataclass
class Case:
    """One call of `rnnshape.diagnose`."""

    model: nn.Module
    args: tuple[Any, ...]
    axes: Any = "batch seq feature"
    target: Any = None
    target_axes: Any = None
    loss: Callable[[Any, Any], Any] | None = None
    kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)


Build = Callable[[int, int], Case]


class Idioms:
    """Collects idioms, and tests each at every sizes that it is legal for."""

    def __init__(self) -> None:
        self.cases: list[Any] = []

    def __call__(self, legal: Callable[[int, int], bool] = lambda b, t: True) -> Callable[[Build], Build]:
        """Register a function from batch and steps to a case."""

        def register(build: Build) -> Build:
            self.cases += [pytest.param(build, b, t, id=f"{build.__name__}-{b}x{t}") for b, t in SIZES if legal(b, t)]
            return build

        return register


def several(b: int, t: int) -> bool:
    """Tell that there is more than one sample."""
    return b > 1


def even_steps(b: int, t: int) -> bool:
    """Tell that the steps go into pairs."""
    return t % 2 == 0


def even_batch(b: int, t: int) -> bool:
    """Tell that the samples go into pairs."""
    return b % 2 == 0


def some_steps(b: int, t: int) -> bool:
    """Tell that there is more than one step."""
    return t > 1


def series(b: int, t: int, features: int = F) -> Tensor:
    """Return a batch-first input."""
    return torch.randn(b, t, features)


def lengths_of(b: int, t: int) -> Tensor:
    """Return lengths, not sorted, one of which is full."""
    return torch.tensor([1 + (3 * i + t - 1) % t for i in range(b)])


def tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in any output."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from tensors(getattr(value, each.name))
    elif isinstance(value, torch.distributions.Distribution):
        for item in vars(value).values():
            yield from tensors(item)


def _gradients(model: nn.Module, values: list[Tensor]) -> list[Tensor | None]:
    total = [v.float().sum() for v in values if v.requires_grad]
    if total:
        sum(total[1:], start=total[0]).backward()
    return [p.grad for p in model.parameters()]


def _same(ours: list[Any], bare: list[Any]) -> bool:
    return len(ours) == len(bare) and all(
        a is b is None or (a is not None and b is not None and torch.equal(a.nan_to_num(), b.nan_to_num()))
        for a, b in zip(ours, bare, strict=True)
    )


def _nothing(what: str, found: Iterable[str]) -> None:
    if found := list(found):
        raise AssertionError("\n".join([f"{what}:", *found]))


def assert_silent(case: Case, seed: int = 0) -> rs.Report:
    """Diagnose a case: no finding and no note, everything followed, outputs, loss, gradients and RNG as without us."""
    bare = copy.deepcopy(case)
    torch.manual_seed(seed)
    output = bare.model(*bare.args, **bare.kwargs)
    expected = list(tensors(output))
    if case.loss is not None:
        expected.append(bare.loss(output, bare.target))
    random = torch.rand(3)

    seen: list[Any] = []
    hook = case.model.register_forward_hook(lambda model, args, result: seen.append(result))
    loss = case.loss and (lambda out, target: seen.append(case.loss(out, target)) or seen[-1])
    torch.manual_seed(seed)
    report = rs.diagnose(
        case.model, *case.args, axes=case.axes, target=case.target, target_axes=case.target_axes, loss=loss, **case.kwargs
    )
    assert torch.equal(torch.rand(3), random)
    hook.remove()
    if report.exception is not None:
        raise report.exception
    _nothing("findings", [f"{f.code} {f.message} ({f.location})" for f in report.findings])
    _nothing("unfollowed", report.unfollowed)
    got = list(tensors(seen))
    assert _same(got, expected), "other outputs than without us"
    assert _same(_gradients(case.model, got), _gradients(bare.model, expected)), "other gradients than without us"
    return report
