"""One call of a typed layer, beside torch's own and beside annotations that jaxtyping and beartype check at every call.

The stubs compute nothing, so what differs is the check. They get the same sizes each time, as in training; the last group is
the other end, where no call is of a kind that was seen before.
"""

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, jaxtyped
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.nn import checking

X = torch.zeros(9, 6, 4)
RESULT = nn.LSTM(4, 8)(X)
PAIR = RESULT[1]


State = Float[Tensor, "{self.num_layers} batch {self.hidden_size}"]


class ByHand(nn.LSTM):
    """What a careful user would write for a layer of one direction that is not batch-first."""

    @jaxtyped(typechecker=beartype)
    def forward(
        self, input: Float[Tensor, "seq batch {self.input_size}"], hx: tuple[State, State] | None = None
    ) -> tuple[Float[Tensor, "seq batch {self.hidden_size}"], tuple[State, State]]:
        return super().forward(input, hx)


KINDS = {"torch": nn.LSTM, "rnnshape.nn": rs.nn.LSTM, "by hand": ByHand}


@pytest.fixture(params=KINDS)
def layer(request):
    return KINDS[request.param](4, 8)


@pytest.fixture
def _stub(monkeypatch):
    monkeypatch.setattr(nn.LSTM, "forward", lambda self, input, hx=None: RESULT)


@pytest.mark.usefixtures("_stub")
@pytest.mark.benchmark(group="one call of an LSTM that computes nothing")
def test_a_stub(benchmark, layer):
    assert benchmark(lambda: layer(X)) is RESULT


@pytest.mark.usefixtures("_stub")
@pytest.mark.benchmark(group="one call of an LSTM that computes nothing, with its states")
def test_a_stub_with_states(benchmark, layer):
    assert benchmark(lambda: layer(X, PAIR)) is RESULT


@pytest.mark.benchmark(group="one call of an LSTM that computes")
def test_a_small_layer(benchmark, layer):
    assert benchmark(lambda: layer(X))[0].shape == (9, 6, 8)


@pytest.mark.usefixtures("_stub")
@pytest.mark.benchmark(group="one call of an LSTM that computes nothing, of sizes that were not seen before")
def test_a_stub_with_a_new_kind_of_call_each_time(benchmark, layer):
    def forget():
        checking._known.clear()

    assert benchmark.pedantic(lambda: layer(X), setup=forget, rounds=300) is RESULT
