"""Where nothing is followed, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from rnnshape.tracking.aside import FAKED, RECORDED, TRANSFORMED, is_followed_here, is_plain_here, why_aside


class Silent(TorchDispatchMode):
    def __torch_dispatch__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def asked() -> tuple[bool, bool, str]:
    return is_plain_here(), is_followed_here(), why_aside()


def test_a_thread_of_its_own_is_plain() -> None:
    assert asked() == (True, True, "")
    with TorchFunctionMode():
        assert asked() == (True, True, "")
    with torch.no_grad():
        assert asked() == (True, True, "")


def test_where_somebody_sees_what_the_thread_does_more_is_asked() -> None:
    with Silent():
        assert asked() == (False, True, "")
    with FakeTensorMode():
        assert asked() == (False, True, FAKED)
        assert why_aside(among_fakes=True) == ""
    with torch.profiler.profile():
        assert asked() == (False, True, RECORDED)


def test_a_transform_wraps_tensors() -> None:
    seen = []

    def f(x: Tensor) -> Tensor:
        seen.append(asked())
        return x.sum()

    torch.func.grad(f)(torch.ones(3))
    assert seen == [(False, False, TRANSFORMED)]


def test_nothing_is_followed_while_a_trace_is_made() -> None:
    seen = []

    def f(x: Tensor) -> Tensor:
        seen.append(asked())
        return x + 1

    with pytest.warns(DeprecationWarning, match="torch.jit.trace"):
        torch.jit.trace(f, torch.ones(3), check_trace=False)
    assert {(plain, followed) for plain, followed, _ in seen} == {(False, False)}


def test_after_all_that_the_thread_is_plain_again() -> None:
    assert asked() == (True, True, "")
