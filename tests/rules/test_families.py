"""What rules of each family say of small models, in whole sentences, and what they keep quiet about once its cause was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs

AXES = "batch seq feature"


class Model(nn.Module):
    """A model of a function and the layers it uses."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *args: Tensor) -> Any:
        return self.function(self, *args)


def gru(layers: int = 1, both: bool = False) -> nn.GRU:
    return nn.GRU(4, 8, layers, bidirectional=both, batch_first=True)


def said(model: nn.Module, *args: Tensor, axes: Any = AXES, **options: Any) -> list[str]:
    found = rs.diagnose(model, *args, axes=axes, **options).findings
    return [f"{f.code} {f.message}" + (f" | {f.suggestion}" if f.suggestion else "") for f in found]


X = torch.zeros(6, 9, 4)


def units(m: Any, x: Tensor) -> Tensor:
    y = m.rnn(x)[0]
    return m.fc(torch.cat([y[:, -1, :9], y[:, 0, 9:]], 1))


def raises(m: Any, x: Tensor) -> Tensor:
    m.rnn(x)
    raise ValueError


SAID: dict[str, tuple[nn.Module, tuple[Tensor, ...], dict[str, Any], str]] = {
    "another layer first": (
        Model(lambda m, x: m.fc(m.decoder(x, m.rnn(x)[1][[1, 0]])[0]), rnn=gru(2), decoder=gru(2), fc=nn.Linear(8, 3)),
        (X,),
        {},
        "RNS305 layer 0 starts from the state of layer 1 forward: rows are layer 0 forward, layer 0 reverse, ...",
    ),
    "a direction for a layer": (
        Model(lambda m, x: m.fc(m.decoder(x, m.rnn(x)[1][[0, 1]])[0]), rnn=gru(2, True), decoder=gru(2), fc=nn.Linear(8, 3)),
        (X,),
        {},
        "RNS305 layer 1 starts from the state of layer 0 reverse: rows are layer 0 forward, layer 0 reverse, ... | "
        "h_n[0::2] has the forward state of each layer",
    ),
    "the forward direction at its start": (
        Model(lambda m, x: m.fc(m.rnn(x)[0][:, 0]), rnn=gru(1, True), fc=nn.Linear(16, 3)),
        (X,),
        {},
        "RNS302 of the forward direction only step 0 is used, where it has read one step and no more | the forward direction "
        "ends at step 8: rnnshape.last_state(m.rnn, h_n) has both directions at their ends; h_n is the layer's second result",
    ),
    "a single unit": (
        Model(units, rnn=gru(1, True), fc=nn.Linear(16, 3)),
        (X,),
        {},
        "RNS302 of the reverse direction unit 0 is used at step 8 only, where it has read one step and no more | the output is "
        "(directions=2 hidden=8): the forward half is [..., :8], the reverse half [..., 8:]",
    ),
    "steps for classes": (
        Model(lambda m, x: m.fc(m.rnn(x)[0]), rnn=gru(), fc=nn.Linear(8, 9)),
        (X,),
        {"target": torch.zeros(6, 9, dtype=torch.long), "target_axes": "batch seq", "loss": functional.cross_entropy},
        "RNS503 cross_entropy takes dim 1 of the scores for the classes, and that is seq | scores.transpose(1, 2) has the "
        "classes at dim 1",
    ),
    "samples summed over with steps": (
        Model(lambda m, x, y: torch.mm(m.rnn(x)[1][-1].t(), y), rnn=gru()),
        (X, torch.zeros(6, 4)),
        {"axes": (AXES, "seq feature")},
        "RNS203 samples are mixed: along dim 1 of (8, 6) lie samples 0 to 5, and mm takes that dim for the one that it sums "
        "over",
    ),
    "samples for features of attention": (
        Model(lambda m, x: m.attention(x, x, x)[0], attention=nn.MultiheadAttention(6, 2)),
        (torch.zeros(9, 4, 6),),
        {"axes": "seq feature batch"},
        "RNS203 samples are mixed: along dim 2 of (9, 4, 6) lie samples 0 to 5, and MultiheadAttention takes that dim for the "
        "features of query",
    ),
    "an exception without a word": (Model(raises, rnn=gru()), (X,), {}, "RNS000 the model raised ValueError"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(name: str) -> None:
    model, args, options, wanted = SAID[name]
    assert said(model, *args, **options) == [wanted]


PACKED = Model(
    lambda m, x, n: m.fc(m.rnn(pack_padded_sequence(x, n))[1][-1]).mean(0), rnn=nn.GRU(4, 8), fc=nn.Linear(8, 3)
)  # fmt: skip

CAUSES: dict[str, tuple[nn.Module, tuple[Tensor, ...], Any]] = {
    "RNS201": (Model(lambda m, x: m.fc(m.rnn(x)[0][-1]), rnn=nn.GRU(4, 8), fc=nn.Linear(8, 3)), (X,), AXES),
    "RNS203": (Model(lambda m, x: m.fc(m.rnn(x)[1].view(6, -1)).mean(0), rnn=gru(2), fc=nn.Linear(16, 3)), (X,), AXES),
    "RNS401": (PACKED, (torch.zeros(9, 9, 4), torch.arange(9, 0, -1)), (AXES, "batch")),
}


@pytest.mark.parametrize("code", CAUSES)
def test_an_output_without_a_batch_is_not_told_once_its_cause_was(code: str) -> None:
    model, args, axes = CAUSES[code]
    assert [f.code for f in rs.diagnose(model, *args, axes=axes).findings] == [code]


def test_and_is_told_without_a_cause() -> None:
    model = Model(lambda m, x: m.fc(m.rnn(x)[1][-1]).mean(0), rnn=gru(), fc=nn.Linear(8, 3))
    assert said(model, X) == ["RNS208 mean takes the batch away, and the output has none"]
