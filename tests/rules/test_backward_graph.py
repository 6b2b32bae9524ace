"""The walk over torch's graph says nothing of what it cannot see whole."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnshape.rules.backward import MOST_NODES, nodes_behind, parents


class _Hides(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0] * 2


def test_each_node_stands_once() -> None:
    x = torch.ones(3, requires_grad=True)
    twice = x.exp()
    found = nodes_behind([(twice + twice).grad_fn])
    assert found is not None
    assert [node.name().rstrip("0") for node in found] == ["AddBackward", "ExpBackward", "torch::autograd::AccumulateGrad"]


def test_nothing_lies_behind_what_it_stops_at() -> None:
    y = torch.ones(3, requires_grad=True).exp().sin()
    found = nodes_behind([y.grad_fn], lambda node: node.name().startswith("Sin"))
    assert found is not None
    assert [node.name() for node in found] == ["SinBackward0"]
    assert [node.name() for node in parents(found[0])] == ["ExpBackward0"]


def test_a_graph_that_is_too_long_is_not_known() -> None:
    y = torch.ones(3, requires_grad=True)
    for _ in range(MOST_NODES - 1):
        y = y + 1
    assert len(nodes_behind([y.grad_fn]) or ()) == MOST_NODES
    assert nodes_behind([(y + 1).grad_fn]) is None


def test_a_function_of_somebody_hides_what_it_was_made_of() -> None:
    assert nodes_behind([_Hides.apply(torch.ones(3, requires_grad=True)).grad_fn]) is None


def test_what_needs_no_gradient_has_no_node() -> None:
    assert nodes_behind([torch.ones(3).exp().grad_fn]) == []
