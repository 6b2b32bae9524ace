"""A watch whose last step lies inside a backward, or that ends there: nothing of it is left on any stack."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import rnnshape as rs


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


def again(model: nn.Module, x: Tensor) -> None:
    with torch.enable_grad():
        model(x.detach())


def reentrant(model: nn.Module, x: Tensor) -> None:
    checkpoint(model, x, use_reentrant=True).sum().backward()


def tensor_hook(model: nn.Module, x: Tensor) -> None:
    output = model(x)
    output.register_hook(lambda _: again(model, x))
    output.sum().backward()


def custom_function(model: nn.Module, x: Tensor) -> None:
    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, *grads: Tensor) -> Tensor:
            again(model, x)
            return grads[0] * 2

    Custom.apply(model(x)).sum().backward()


def module_hook(model: nn.Module, x: Tensor) -> None:
    handle = model.register_full_backward_hook(lambda *_: again(model, x))
    model(x).sum().backward()
    handle.remove()


def grad(model: nn.Module, x: Tensor) -> None:
    output = model(x)
    output.register_hook(lambda _: again(model, x))
    torch.autograd.grad(output.sum(), x)


def function_backward(model: nn.Module, x: Tensor) -> None:
    output = model(x)
    output.register_hook(lambda _: again(model, x))
    torch.autograd.backward(output.sum())


WAYS = [reentrant, tensor_hook, custom_function, module_hook, grad, function_backward]


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    assert torch._C._len_torch_function_stack() == 0
    assert not any("__call__" in vars(kind) for kind in (Model, nn.RNNBase))
    assert nn.Module.__call__ is nn.Module._wrapped_call_impl


def inputs() -> Tensor:
    return torch.randn(9, 6, 4, requires_grad=True)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", [0, 1, 2, True])
@pytest.mark.parametrize("named", [True, False], ids=["model", "everything"])
def test_the_last_step_may_be_inside_a_backward(way: Callable[[nn.Module, Tensor], None], limit: Any, named: bool) -> None:
    model = Model()
    with rs.watch(*([model] if named else []), track=limit) as report:
        way(model, inputs())
        for _ in range(3):
            model(inputs()).sum().backward()
        model(inputs())
        assert torch._C._len_torch_function_stack() == (limit is True)
    assert report.findings == ()
    assert report.unfollowed == ()


@pytest.mark.parametrize("way", WAYS)
def test_a_watch_may_end_while_its_last_step_was_inside_a_backward(way: Callable[[nn.Module, Tensor], None]) -> None:
    model = Model()
    with rs.watch(model, track=1):
        way(model, inputs())
    assert torch._C._len_torch_function_stack() == 0


@pytest.mark.parametrize("backward", [lambda y: y.backward(), torch.autograd.backward], ids=["method", "function"])
def test_a_watch_that_ends_inside_a_backward_is_gone_with_the_next_call_of_a_module(backward: Any) -> None:
    model = Model()
    way = rs.watch(model, track=True)
    report = way.attach()
    output = model(inputs())
    output.register_hook(lambda _: way.remove())
    backward(output.sum())
    assert torch.zeros(6, 4).transpose(0, 1).shape == (4, 6)  # what is left does nothing
    nn.Linear(4, 4)(torch.zeros(4))
    assert report.findings == ()


def test_a_watch_that_begins_inside_a_backward() -> None:
    model = Model()
    way = rs.watch(model, track=1)
    output = model(inputs())
    output.register_hook(lambda _: (way.attach(), again(model, inputs()), None)[-1])
    output.sum().backward()
    assert torch._C._len_torch_function_stack() == 0
    model(inputs())
    way.remove()


def test_a_watch_that_another_thread_ends_is_gone_with_the_next_call_of_a_module() -> None:
    model = Model()
    way = rs.watch(model, track=True)
    way.attach()
    other = threading.Thread(target=way.remove)
    other.start()
    other.join()
    nn.Linear(4, 4)(torch.zeros(4))
    assert torch._C._len_torch_function_stack() == 0


def test_a_watch_of_a_thread_that_is_gone() -> None:
    model = Model()
    way = rs.watch(model, track=True)
    other = threading.Thread(target=way.attach)
    other.start()
    other.join()
    way.remove()
    assert torch._C._len_torch_function_stack() == 0


def test_gradients_are_what_they_are_without_us() -> None:
    for way in WAYS:
        torch.manual_seed(0)
        model, x = Model(), inputs()
        way(model, x)
        plain = [p.grad for p in model.parameters()]
        torch.manual_seed(0)
        model, x = Model(), inputs()
        with rs.watch(model, track=1):
            way(model, x)
        for a, b in zip(plain, [p.grad for p in model.parameters()], strict=True):
            assert (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
