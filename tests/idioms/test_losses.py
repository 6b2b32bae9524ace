"""Losses and targets, and outputs of every kind: what is legal stays silent."""

from dataclasses import dataclass
from typing import NamedTuple

import pytest
import torch
from silence import C, Case, F, H, Idioms, Sketch, assert_silent, lengths_of, series, several, some_steps
from torch import nn
from torch.nn import functional

idiom = Idioms()


def gru(inputs: int = F, **options) -> nn.Module:
    return nn.GRU(inputs, H, batch_first=True, **options)


def steps_model(classes: int = C) -> nn.Module:
    return Sketch(lambda m, x: m.fc(m.rnn(x)[0]), rnn=gru(), fc=nn.Linear(H, classes))


def last_model(classes: int = C) -> nn.Module:
    return Sketch(lambda m, x: m.fc(m.rnn(x)[1][-1]), rnn=gru(), fc=nn.Linear(H, classes))


def tags(b, t):
    return torch.randint(C, (b, t))


LOSSES_OF_STEPS = {
    "flattened_together": lambda out, y: functional.cross_entropy(out.reshape(-1, C), y.reshape(-1)),
    "flattened_by_sizes": lambda out, y: functional.cross_entropy(out.view(y.numel(), C), y.view(-1)),
    "both_turned": lambda out, y: functional.cross_entropy(out.transpose(0, 1).reshape(-1, C), y.t().reshape(-1)),
    "classes_in_front": lambda out, y: functional.cross_entropy(out.transpose(1, 2), y),
    "classes_in_front_by_permute": lambda out, y: nn.CrossEntropyLoss(ignore_index=0)(out.permute(0, 2, 1), y),
    "turned_with_classes_in_front": lambda out, y: functional.cross_entropy(out.permute(1, 2, 0), y.T),
    "summed_and_divided": lambda out, y: functional.cross_entropy(out.flatten(0, 1), y.flatten(), reduction="sum") / y.numel(),
    "unreduced_and_masked": lambda out, y: (
        (functional.cross_entropy(out.mT, y, reduction="none") * (y != 0)).sum() / (y != 0).sum().clamp(min=1)
    ),
    "by_nll": lambda out, y: functional.nll_loss(functional.log_softmax(out, dim=-1).view(-1, C), y.contiguous().view(-1)),
    "by_nll_classes_in_front": lambda out, y: nn.NLLLoss()(out.log_softmax(2).transpose(1, 2), y),
    "by_gather": lambda out, y: -out.log_softmax(-1).gather(-1, y.unsqueeze(-1)).squeeze(-1).mean(),
    "by_one_hot": lambda out, y: -(functional.one_hot(y, C) * out.log_softmax(-1)).sum(-1).mean(),
    "smoothed": lambda out, y: functional.cross_entropy(out.view(-1, C), y.view(-1), label_smoothing=0.1),
    "smoothed_by_hand": lambda out, y: functional.kl_div(
        out.log_softmax(-1), functional.one_hot(y, C).float() * 0.9 + 0.1 / C, reduction="batchmean"
    ),
    "step_by_step": lambda out, y: sum(functional.cross_entropy(out[:, i], y[:, i]) for i in range(y.size(1))),
    "sample_by_sample": lambda out, y: torch.stack(
        [functional.cross_entropy(a, c) for a, c in zip(out, y, strict=True)]
    ).mean(),
    "only_known_tags": lambda out, y: functional.cross_entropy(out[y >= 0], y[y >= 0]),
    "last_step_only": lambda out, y: functional.cross_entropy(out[:, -1], y[:, -1]),
    "accuracy_beside_it": lambda out, y: (
        functional.cross_entropy(out.mT, y) + 0 * (out.argmax(-1) == y).float().mean() + 0 * out.max(dim=2)[1].eq(y).sum()
    ),
    "dice": lambda out, y: (
        1 - 2 * (out.softmax(-1)[..., 1] * (y == 1)).sum() / (out.softmax(-1)[..., 1].sum() + (y == 1).sum())
    ),
}


@pytest.mark.parametrize("name", LOSSES_OF_STEPS)
@pytest.mark.parametrize(("b", "t"), [(5, 8), (8, 8), (1, 8), (5, 1), (3, 3), (1, 1)])
def test_a_loss_of_every_step_is_silent(name, b, t):
    assert_silent(Case(steps_model(), (series(b, t),), "batch seq feature", tags(b, t), "batch seq", LOSSES_OF_STEPS[name]))


LOSSES_OF_VALUES = {
    "squeezed": lambda out, y: functional.mse_loss(out.squeeze(-1), y),
    "unsqueezed": lambda out, y: functional.mse_loss(out, y.unsqueeze(1)),
    "viewed": lambda out, y: functional.l1_loss(out.view(-1), y.view(-1)),
    "viewed_as": lambda out, y: functional.smooth_l1_loss(out, y.view_as(out)),
    "indexed": lambda out, y: nn.HuberLoss()(out[:, 0], y),
    "binary": lambda out, y: functional.binary_cross_entropy_with_logits(out.flatten(), (y > 0).float()),
    "binary_of_sigmoid": lambda out, y: functional.binary_cross_entropy(torch.sigmoid(out).squeeze(1), (y > 0).float()),
    "by_hand": lambda out, y: ((out.squeeze(1) - y) ** 2).mean().sqrt(),
    "weighted": lambda out, y: (functional.mse_loss(out[:, 0], y, reduction="none") * torch.ones(len(y))).sum(),
    "gaussian": lambda out, y: functional.gaussian_nll_loss(out.squeeze(1), y, torch.ones_like(y)),
    "every_pair_for_ranking": lambda out, y: functional.softplus(
        -(out - out.t()) * torch.sign(y.unsqueeze(1) - y.unsqueeze(0))
    ).mean(),
    "every_pair_for_ranking_by_index": lambda out, y: functional.relu(
        1 - (out[:, None, 0] - out[None, :, 0]) * (y[:, None] - y[None]).sign()
    ).mean(),
    "concordance": lambda out, y: (
        ((out[:, 0] - out.mean()) * (y - y.mean())).mean() / (out.var(unbiased=False) + y.var(unbiased=False) + 1)
    ),
    "cumulative_hazard": lambda out, y: (
        -(out.squeeze(1)[y.argsort(descending=True)] - out.squeeze(1)[y.argsort(descending=True)].logcumsumexp(0)).mean()
    ),
    "maximum_mean_discrepancy": lambda out, y: torch.exp(-((out - y.unsqueeze(0)) ** 2)).mean(),
}


@pytest.mark.parametrize("name", LOSSES_OF_VALUES)
@pytest.mark.parametrize(("b", "t"), [(5, 8), (8, 8), (5, 1), (3, 3)])
def test_a_loss_of_one_value_is_silent(name, b, t):
    case = Case(last_model(1), (series(b, t),), "batch seq feature", torch.randn(b), "batch", LOSSES_OF_VALUES[name])
    assert_silent(case)


LOSSES_OF_SAMPLES = {
    "cross_entropy": functional.cross_entropy,
    "weighted": lambda out, y: functional.cross_entropy(out, y, weight=torch.ones(C)),
    "soft_targets": lambda out, y: functional.cross_entropy(out, functional.one_hot(y, C).float()),
    "focal": lambda out, y: (
        (1 - out.softmax(1).gather(1, y[:, None])[:, 0]) ** 2 * functional.cross_entropy(out, y, reduction="none")
    ).mean(),
    "margin": lambda out, y: functional.multi_margin_loss(out, y),
    "many_labels": lambda out, y: functional.binary_cross_entropy_with_logits(out, functional.one_hot(y, C).float()),
    "balanced_batch": lambda out, y: functional.cross_entropy(out, y) - torch.special.entr(out.softmax(1).mean(0)).sum(),
    "centers": lambda out, y: torch.stack([out[y == k].mean(0) for k in y.unique()]).pow(2).sum(),
    "class_means": lambda out, y: torch.zeros(C, C).index_add(0, y, out).pow(2).sum(),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES_OF_SAMPLES)
@pytest.mark.parametrize(("b", "t"), [(5, 8), (8, 8), (1, 8), (3, 3)])
def test_a_loss_of_one_class_is_silent(name, b, t):
    y = torch.randint(C, (b,))
    assert_silent(Case(last_model(), (series(b, t),), "batch seq feature", y, "batch", LOSSES_OF_SAMPLES[name]))


@idiom(some_steps)
def next_step_as_target(b, t):
    def loss(out, x):
        return functional.mse_loss(out[:, :-1], x[:, 1:])

    x = series(b, t)
    return Case(steps_model(F), (x,), "batch seq feature", x.clone(), "batch seq feature", loss)


@idiom()
def reconstruction_in_reverse(b, t):
    x = series(b, t)
    return Case(
        steps_model(F),
        (x,),
        "batch seq feature",
        x.clone(),
        "batch seq feature",
        lambda out, y: functional.mse_loss(out, y.flip(1)),
    )


@idiom()
def forecast_of_several_steps(b, t):
    def forward(m, x):
        return m.fc(m.rnn(x)[1][-1]).view(x.size(0), 3, 2)

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, 6)), (series(b, t),), "batch seq feature", torch.randn(b, 3, 2),
        "batch future feature", functional.mse_loss,
    )  # fmt: skip


@idiom(several)
def ctc(b, t):
    def loss(out, y):
        scores = out.log_softmax(-1).transpose(0, 1)
        return functional.ctc_loss(scores, y, [t] * b, [1] * b)

    return Case(steps_model(), (series(b, t),), "batch seq feature", torch.randint(1, C, (b, 1)), "batch label", loss)


@idiom(several)
def ctc_by_permute_and_lengths(b, t):
    def loss(out, y):
        return nn.CTCLoss(zero_infinity=True)(out.permute(1, 0, 2).log_softmax(2), y, lengths_of(b, t), torch.ones(b).long())

    return Case(steps_model(), (series(b, t),), "batch seq feature", torch.randint(1, C, (b, 2)), "batch label", loss)


@dataclass
class Result:
    scores: torch.Tensor
    value: torch.Tensor


class Pair(NamedTuple):
    scores: torch.Tensor
    value: torch.Tensor


@pytest.mark.parametrize("kind", [Result, Pair, lambda *a: a, lambda *a: list(a), lambda a, b: {"scores": a, "value": b}])
@pytest.mark.parametrize(("b", "t"), [(5, 8), (8, 8), (1, 1)])
def test_outputs_of_every_kind_are_silent(kind, b, t):
    def forward(m, x):
        out, h = m.rnn(x)
        return kind(m.fc(out), m.value(h[-1]).squeeze(-1))

    def loss(out, y):
        scores, value = list(vars(out).values() if isinstance(out, Result) else out.values() if isinstance(out, dict) else out)
        return functional.cross_entropy(scores.mT, y[0]) + functional.mse_loss(value, y[1])

    model = Sketch(forward, rnn=gru(), fc=nn.Linear(H, C), value=nn.Linear(H, 1))
    y = (tags(b, t), torch.randn(b))
    assert_silent(Case(model, (series(b, t),), "batch seq feature", y, ("batch seq", "batch"), loss))


@pytest.mark.parametrize(("build", "b", "t"), idiom.cases)
def test_a_loss_is_silent(build, b, t):
    assert_silent(build(b, t))
