"""`probe`: who influences whom, at which line, of models of which it is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence

import rnnshape as rs


class Model(nn.Module):
    def __init__(self, function: Any, **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *args: Any) -> Any:
        return self.function(self, *args)


def codes(influence: rs.Influence) -> list[str]:
    return [f"{finding.code} {finding.severity}" for finding in influence.findings]


def rnn(function: Any, **more: nn.Module) -> Model:
    torch.manual_seed(0)
    return Model(function, rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 3), **more)


X = torch.randn(5, 7, 4, generator=torch.Generator().manual_seed(1))


# Samples


def test_samples_that_are_apart() -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(m.rnn(x)[0][:, -1])), X, axes="batch seq feature")
    assert influence.samples.verdict == influence.order.verdict == "apart"
    assert influence.samples.matrix.values == tuple(tuple(float(i == j) for j in range(5)) for i in range(5))
    assert influence.ok
    assert influence.meeting is None
    assert influence.findings == ()


@pytest.mark.parametrize("wrong", [lambda x: x.softmax(0), lambda x: x - x.mean(0), lambda x: x.cumsum(0)])
def test_samples_that_meet(wrong: Any) -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(wrong(m.rnn(x)[0])[:, -1])), X, axes="batch seq feature")
    assert codes(influence) == ["RNS601 warning"]
    assert "changing sample" in influence.samples.evidence[0]
    assert influence.meeting.location.code.startswith("@pytest.mark.parametrize(")
    assert not influence.ok


def test_the_line_is_that_of_the_view() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        _, h_n = m.two(x)
        rows = h_n.view(x.size(0), -1)
        return m.out(rows)

    model = rnn(forward, two=nn.GRU(4, 8, num_layers=2, batch_first=True), out=nn.Linear(16, 3))
    influence = rs.probe(model, X, axes="batch seq feature")
    assert influence.meeting.operation == "view"
    assert influence.meeting.location.code == "rows = h_n.view(x.size(0), -1)"
    assert influence.meeting.rows == "row 0 of (5, 16) holds samples 0 and 1"


def test_batch_norm_mixes_only_while_it_trains() -> None:
    model = rnn(lambda m, x: m.fc(m.norm(m.rnn(x)[0][:, -1])), norm=nn.BatchNorm1d(8))
    assert rs.probe(model, X, axes="batch seq feature").ok
    trained = rs.probe(model, X, axes="batch seq feature", train=True)
    assert trained.samples.verdict == "together"
    assert codes(trained) == ["RNS601 info"]
    assert trained.ok


def test_rows_of_a_view_that_nobody_consumes() -> None:
    model = rnn(lambda m, x: torch.stack(list(m.rnn(x)[0].unbind(1))).view(5, 7, 8))
    influence = rs.probe(model, X, axes="batch seq feature")
    assert codes(influence) == ["RNS602 warning"]
    assert influence.order.evidence[-1] == "its rows hold elements of several samples"


def test_lengths_that_are_applied_to_other_samples() -> None:
    def forward(m: Any, x: Tensor, lengths: Tensor) -> Tensor:
        output = m.rnn(x)[0]
        return output[torch.arange(len(x)), lengths.flip(0) - 1]

    influence = rs.probe(rnn(forward), X, torch.tensor([7, 3, 5, 2, 6]), axes=("batch seq feature", "batch"))
    assert codes(influence)[:1] == ["RNS602 warning"]
    assert "exchanging argument 1 of samples" in influence.order.evidence[-1]


def test_a_sample_that_nobody_reads() -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(m.rnn(x)[0])[-1]), X, axes="batch seq feature")
    assert codes(influence) == ["RNS606 warning"]
    assert influence.findings[0].message == "nothing depends on samples 0, 1, 2 and 3; it is lost in index"


def test_a_rectifier_that_is_dead_is_no_sample_that_nobody_reads() -> None:
    model = rnn(lambda m, x: m.fc(functional.relu(m.rnn(x)[0][:, -1] - torch.tensor([0, 9, 0, 9, 0.0])[:, None])))
    assert "RNS606 warning" not in codes(rs.probe(model, X, axes="batch seq feature"))


# What a model may be given


def test_tokens_stay_tokens() -> None:
    torch.manual_seed(0)
    layers = {"embed": nn.Embedding(9, 4, padding_idx=0), "rnn": nn.GRU(4, 8, batch_first=True)}
    model = Model(lambda m, ids: m.rnn(m.embed(ids))[0], **layers)
    ids = torch.tensor([[3, 8, 4, 0], [5, 0, 0, 0], [7, 6, 0, 0]])
    influence = rs.probe(model, ids, axes="batch seq")
    assert influence.samples.verdict == "apart"
    assert influence.samples.matrix.values[1][1] > 0


def test_a_dict_a_tuple_and_a_packed_sequence() -> None:
    model = rnn(lambda m, batch: {"scores": m.fc(m.rnn(batch["x"])[0]), "both": (batch["x"][:, 0], batch["pair"][0])})
    batch = {"x": X, "pair": (torch.randn(5, 2), "text")}
    influence = rs.probe(model, batch, axes=({"x": "batch seq feature", "pair": ("batch feature", None)},))
    assert influence.samples.verdict == "apart"
    packed = pack_sequence([torch.randn(n, 4) for n in (3, 7, 5)], enforce_sorted=False)
    influence = rs.probe(rnn(lambda m, p: m.fc(m.rnn(p)[1][-1])), packed)
    assert influence.samples.verdict == "apart"
    influence = rs.probe(rnn(lambda m, p: m.fc(m.rnn(p)[1][-1]).cumsum(0)), packed)
    assert influence.samples.verdict == "together"


def test_axes_that_nobody_has_named_are_those_of_the_layer() -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(m.rnn(x)[0][:, -1])), X)
    assert influence.samples.verdict == "apart"


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (torch.zeros(1, 7, 4), "a batch of one: nothing tells what another sample would change; give two"),
        (torch.zeros(3, 7, 4, dtype=torch.long), "what it is given cannot be changed"),
    ],
)
def test_what_cannot_be_tried_is_told(x: Tensor, said: str) -> None:
    influence = rs.probe(Model(lambda m, x: x.float()), x, axes="batch seq feature")
    assert influence.untried[0].startswith(said)
    assert influence.samples is None


def test_a_model_that_differs_by_itself_is_told_to() -> None:
    calls: list[float] = []

    def forward(m: Any, x: Tensor) -> Tensor:
        calls.append(1.0)
        return m.rnn(x)[0] * len(calls)

    influence = rs.probe(rnn(forward), X, axes="batch seq feature")
    assert influence.untried[0].startswith("output differs from run to run by itself")


def test_dropout_noise_and_shuffles() -> None:
    noisy = rnn(lambda m, x: functional.dropout(m.rnn(x)[0] + torch.randn(5, 7, 8)))
    influence = rs.probe(noisy, X, axes="batch seq feature")
    assert influence.samples.verdict == influence.order.verdict == "apart"
    shuffled = rnn(lambda m, x: m.rnn(x[torch.randperm(5)])[0])
    influence = rs.probe(shuffled, X, axes="batch seq feature")
    assert influence.order.verdict == "fact"
    assert influence.ok


# Padding, steps, use


LENGTHS = torch.tensor([7, 4, 5, 2, 6])
PADDED = X * (torch.arange(7) < LENGTHS[:, None])[..., None]


def test_padding_that_is_averaged_in() -> None:
    model = rnn(lambda m, x, lengths: m.fc(m.rnn(x)[0].mean(1)))
    influence = rs.probe(model, PADDED, LENGTHS, axes=("batch seq feature", "batch"))
    assert codes(influence) == ["RNS603 warning"]
    assert influence.padding.evidence[0] == "2 more steps of padding change the output of sample 0"


def test_padding_that_is_packed_away() -> None:
    def forward(m: Any, x: Tensor, lengths: Tensor) -> Tensor:
        return m.fc(m.rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))[1][-1])

    influence = rs.probe(rnn(forward), PADDED, LENGTHS, axes=("batch seq feature", "batch"))
    assert influence.padding.verdict == "apart"
    assert influence.ok


def test_lengths_that_no_argument_has() -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(m.rnn(x)[0].mean(1))), PADDED, axes="batch seq feature", lengths=LENGTHS)
    assert influence.padding.verdict == "fact"


@pytest.mark.parametrize(
    ("function", "verdict", "line"),
    [
        (lambda m, x: m.rnn(x)[0], "apart", None),
        (lambda m, x: m.both(x)[0], "together", "both"),
        (lambda m, x: m.conv(x.transpose(1, 2)).transpose(1, 2), "together", "conv"),
        (lambda m, x: functional.pad(m.narrow(x.transpose(1, 2)), (2, 0)).transpose(1, 2), "apart", None),
        (lambda m, x: m.attend(x, x, x, attn_mask=torch.ones(7, 7).triu(1).bool())[0], "apart", None),
        (lambda m, x: m.attend(x, x, x)[0], "together", "attend"),
    ],
    ids=["one direction", "two directions", "convolution padded on both sides", "on the left", "masked", "not masked"],
)
def test_who_sees_the_future(function: Any, verdict: str, line: str | None) -> None:
    layers = {
        "both": nn.GRU(4, 8, batch_first=True, bidirectional=True), "conv": nn.Conv1d(4, 8, 3, padding=1),
        "narrow": nn.Conv1d(4, 8, 3), "attend": nn.MultiheadAttention(4, 1, batch_first=True),
    }  # fmt: skip
    influence = rs.probe(rnn(function, **layers), X, axes="batch seq feature", causal=True)
    assert influence.future.verdict == verdict
    found = [finding for finding in influence.findings if finding.code == "RNS604"]
    assert [finding.module for finding in found] == ([line] if line else [])


def test_a_direction_that_has_read_one_step() -> None:
    model = rnn(lambda m, x: m.both(x)[0][:, -1], both=nn.LSTM(4, 8, batch_first=True, bidirectional=True))
    influence = rs.probe(model, X, axes="batch seq feature")
    assert codes(influence) == ["RNS607 warning"]
    assert influence.use.evidence == ("the reverse direction of both (LSTM), layer 0, has read one step",)
    assert influence.use.by == "gradients"


# Targets


@pytest.mark.parametrize(
    ("output", "loss", "said"),
    [
        (lambda o: o[:, -1, 0], lambda o, y: functional.mse_loss(o, y[:, 0]), []),
        (lambda o: o[:, -1, 0], lambda o, y: functional.mse_loss(o, y[:, 0].flip(0)), ["RNS605 warning"]),
        (lambda o: o[:, -1, :1], lambda o, y: ((o - y[:, 0]) ** 2).mean(), ["RNS605 warning"]),
        (lambda o: o[:, :, 0].t(), lambda o, y: ((o.reshape(-1) - y.reshape(-1)) ** 2).mean(), ["RNS605 warning"]),
        (lambda o: o[:, -1, 0], lambda o, y: ((o[:, None] - o) - (y[:, 0, None] - y[:, 0])).square().mean(), ["RNS605 info"]),
        (lambda o: o[:, -1, 0], lambda o, y: (o - y[:, 0]).square().sum() / y.exp().sum(), []),
    ],
    ids=["aligned", "other samples", "every pair by accident", "another order", "every pair on purpose", "a common factor"],
)
def test_targets(output: Any, loss: Any, said: list[str]) -> None:
    target = torch.randn(5, 7, generator=torch.Generator().manual_seed(2))
    model = rnn(lambda m, x: output(m.fc(m.rnn(x)[0])))
    influence = rs.probe(model, X, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss)
    assert codes(influence) == said


# What it is


def test_what_is_printed_and_what_is_json() -> None:
    influence = rs.probe(rnn(lambda m, x: m.fc(m.rnn(x)[0].softmax(0)[:, -1])), X[:3], axes="batch seq feature")
    lines = str(influence).splitlines()
    assert lines[0] == "samples: together"
    assert lines[2].split() == ["sample", "0", "1", "2"]
    assert lines[3].split() == ["sample", "0", "@", "@", "@"]
    assert json.loads(json.dumps(influence.to_dict()))["experiments"][0]["verdict"] == "together"
    with pytest.raises(AttributeError):
        influence.samples = None


def test_wrong_arguments() -> None:
    with pytest.raises(rs.SpecTypeError):
        rs.probe(nn.GRU, X)
    with pytest.raises(rs.SpecError, match="samples=1: a number of at least 2 is needed"):
        rs.probe(nn.GRU(4, 8), X, samples=1)
    with pytest.raises(rs.SpecError):
        rs.probe(nn.GRU(4, 8), X, axes="batch seq")


def test_many_samples_are_chosen_from() -> None:
    x = torch.randn(20, 7, 4)
    model = rnn(lambda m, x: m.fc(m.rnn(x)[0][:, -1]).cumsum(0))
    assert rs.probe(model, x, axes="batch seq feature").samples.verdict == "together"
