"""One call of a layer that computes nothing, with the same checks made in several ways."""

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, jaxtyped
from torch import Tensor, nn

from rnnshape import watch

X, H = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)
RESULT = nn.GRU(4, 8)(X, H)


class Stub(nn.GRU):
    def forward(self, input, hx=None):
        return RESULT


class Annotated(nn.GRU):
    @jaxtyped(typechecker=beartype)
    def forward(
        self, input: Float[Tensor, "seq batch {self.input_size}"], hx: Float[Tensor, "layers batch {self.hidden_size}"]
    ) -> tuple[Float[Tensor, "seq batch {self.hidden_size}"], Float[Tensor, "layers batch {self.hidden_size}"]]:
        return RESULT


pytestmark = pytest.mark.benchmark(group="one call of a stub GRU")


def test_bare(benchmark):
    stub = Stub(4, 8)
    assert benchmark(lambda: stub(X, H)) is RESULT


def test_empty_hook_pair(benchmark):
    stub = Stub(4, 8)
    stub.register_forward_pre_hook(lambda module, args: None)
    stub.register_forward_hook(lambda module, args, result: None)
    assert benchmark(lambda: stub(X, H)) is RESULT


def test_rnnshape_watch(benchmark):
    stub = Stub(4, 8)
    with watch(stub) as report:
        assert benchmark(lambda: stub(X, H)) is RESULT
    assert report.ok
    assert sum(e.calls for e in report.events) > 0


def test_jaxtyping_and_beartype(benchmark):
    stub = Annotated(4, 8)
    assert benchmark(lambda: stub(X, H)) is RESULT
