"""RNS512: a sum of all samples in the place of each one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

LATE = (
    "sum takes all steps of all samples together, and mul with a mask of them comes behind it: "
    "each step is charged with what all have in common, that of the padding too"
)
WEIGHTS = "sum adds up the weights of all samples, and the sum, which grows with their number, is held against one"

SIZES = [(5, 8), (5, 5), (8, 8)]
"""Batch and steps: distinct, equal, and equal to the units."""


def diagnosed(forward: Callable[..., Any], batch: int, steps: int, mask: Tensor | None = None) -> list[rs.Finding]:
    torch.manual_seed(0)
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), q=nn.Linear(8, 4))
    real = (torch.arange(steps) < torch.arange(1, batch + 1)[:, None]).float() if mask is None else mask
    axes = ("batch seq feature", "batch seq")
    report = rs.diagnose(model, torch.randn(batch, steps, 4), real, axes=axes, probe=False)
    return [finding for finding in report.findings if finding.severity != "info"]


def costs(m: Any, x: Tensor) -> Tensor:
    return m.q(m.rnn(x)[0]).square()


def looks(m: Any, x: Tensor) -> Tensor:
    return torch.softmax(m.q(m.rnn(x)[0]) @ x.mT, dim=2)


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    ("forward", "said", "fits"),
    [
        pytest.param(lambda m, x, r: costs(m, x).sum() * r, LATE, None, id="sum"),
        pytest.param(lambda m, x, r: r * -torch.sum(costs(m, x)), LATE, None, id="the mask first"),
        pytest.param(lambda m, x, r: 0.5 * costs(m, x).mean(2).sum() * r, LATE, None, id="a number"),
        pytest.param(
            lambda m, x, r: (1 - looks(m, x).sum(0), x), WEIGHTS, "dim=1 of sum takes the steps together", id="weights"
        ),
        pytest.param(
            lambda m, x, r: (looks(m, x).sum(dim=0) - torch.ones(len(x[0])), x),
            WEIGHTS,
            "dim=1 of sum takes the steps together",
            id="weights against ones",
        ),
    ],
)
def test_a_sum_of_all_samples_is_found(forward: Any, said: str, fits: str | None, batch: int, steps: int) -> None:
    (finding,) = diagnosed(forward, batch, steps)
    assert (finding.code, finding.severity, finding.message, finding.suggestion) == ("RNS512", "warning", said, fits)


@pytest.mark.parametrize(("batch", "steps"), SIZES)
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x, r: costs(m, x).sum(2) * r, id="that of each step"),
        pytest.param(lambda m, x, r: costs(m, x).sum() + (costs(m, x).sum(2) * r).sum(), id="added and not multiplied"),
        pytest.param(lambda m, x, r: costs(m, x).mean() * r, id="a mean"),
        pytest.param(lambda m, x, r: costs(m, x).sum() / len(x) * r, id="a mean by hand"),
        pytest.param(lambda m, x, r: (costs(m, x).sum(2) * r) / r.sum(), id="a number of steps"),
        pytest.param(lambda m, x, r: costs(m, x) / costs(m, x).sum() * r[..., None], id="shares of a sum"),
        pytest.param(lambda m, x, r: 1 - looks(m, x).sum(1), id="weights of the steps of each"),
        pytest.param(lambda m, x, r: (x, looks(m, x).sum(0)), id="weights that are looked at"),
        pytest.param(lambda m, x, r: (x, 1 - looks(m, x).mean(0)), id="their mean"),
        pytest.param(lambda m, x, r: (x, 1 - costs(m, x).softmax(2).sum(0)), id="shares of units, as of experts"),
    ],
)
def test_a_sum_that_is_meant_is_silent(forward: Any, batch: int, steps: int) -> None:
    assert diagnosed(forward, batch, steps) == []


def test_what_is_no_mask_is_silent() -> None:
    def weighed(m: Any, x: Tensor, r: Tensor) -> Tensor:
        return costs(m, x).sum() * r

    assert diagnosed(weighed, 5, 8, torch.rand(5, 8)) == []
    assert diagnosed(weighed, 5, 8, torch.ones(5, 8)) == []


def test_a_number_of_flags_that_weighs_the_rarer_ones_is_silent() -> None:
    def balanced(scores: Tensor, target: Tensor) -> Tensor:
        ones, zeros = target.sum(), (1 - target).sum()
        weight = target * zeros / (ones + zeros) + (1 - target) * ones / (ones + zeros)
        return nn.functional.binary_cross_entropy_with_logits(scores, target, weight=weight)

    torch.manual_seed(0)
    model = Sketch(lambda m, x: m.fc(m.rnn(x)[0]).squeeze(2), rnn=nn.GRU(4, 8, batch_first=True), fc=nn.Linear(8, 1))
    wanted = {"target": (torch.rand(5, 7) > 0.6).float(), "target_axes": "batch seq", "loss": balanced}
    assert rs.diagnose(model, torch.randn(5, 7, 4), axes="batch seq feature", **wanted).ok


LEVELLED = (
    "mean takes the samples together, and is subtracted from the values of each, beside one that they share: "
    "the result of a sample depends on the others"
)
CHARGED = (
    "sum takes all samples together, and what it makes is added to what each of them has: "
    "the result of a sample depends on the others, and on their number"
)
POOLED = (
    "sum adds up the weights of all samples, and each is divided by that, and weighs what its sample has: "
    "the weights of one sample do not sum to one, and depend on the others"
)
SQUEEZED = (
    "squeeze has taken dim 0 away, which was of size 1, and sum takes the samples, which lie there: "
    "add gives each sample what all of them make"
)


def heads(forward: Callable[..., Any], batch: int, steps: int, **wanted: Any) -> list[rs.Finding]:
    """Diagnose a model with several layers of one value, and of several, on its samples."""
    torch.manual_seed(0)
    model = Sketch(
        forward, rnn=nn.GRU(4, 8, batch_first=True), v=nn.Linear(8, 1), a=nn.Linear(8, 3), b=nn.Linear(8, 3), w=nn.Linear(8, 8),
        out=nn.Linear(8, 2), rnn2=nn.GRU(8, 8, batch_first=True), cell=nn.GRUCell(8, 8), single=nn.Linear(1, 2),
    )  # fmt: skip
    report = rs.diagnose(model, torch.randn(batch, steps, 4), axes="batch seq feature", probe=False, **wanted)
    assert report.exception is None
    return [finding for finding in report.findings if finding.severity != "info"]


def read(m: Any, x: Tensor) -> Tensor:
    return m.rnn(x)[0]


def positive(m: Any, x: Tensor) -> Tensor:
    return m.v(read(m, x)).squeeze(2).exp()


def shares(m: Any, x: Tensor) -> Tensor:
    weights = positive(m, x)
    return weights / weights.sum()


def dueling(m: Any, h: Tensor, level: Callable[[Tensor], Tensor]) -> Tensor:
    return m.v(h) + m.a(h) - level(m.a(h))


def looked_up(m: Any, x: Tensor, weights: Tensor) -> Tensor:
    words = torch.arange(x.size(1)).expand(x.size(0), -1) % 4
    return x.new_zeros(x.size(0), 4).scatter_add(1, words, weights)


def only_child(m: Any, x: Tensor, take: Callable[[Tensor], Tensor]) -> Tensor:
    h = read(m, x)
    below = torch.stack([h[:, 0]])
    return m.out(torch.tanh(m.w(h[:, 1]) + m.w(take(below))))


FITS_UNITS = "dim=2, keepdim=True of mean takes those of each together"
FITS_STEPS = "dim=1, keepdim=True of sum takes those of each together"
FITS_CHILD = "without squeeze, sum takes that dim"


@pytest.mark.parametrize(("batch", "steps"), [(5, 8), (5, 5), (8, 8), (3, 3)])
@pytest.mark.parametrize(
    ("forward", "said", "fits"),
    [
        pytest.param(lambda m, x: dueling(m, read(m, x), lambda a: a.mean()), LEVELLED, FITS_UNITS, id="a level of all"),
        pytest.param(
            lambda m, x: dueling(m, read(m, x), lambda a: torch.mean(a, dim=(0, 1, 2))), LEVELLED, FITS_UNITS, id="all dims"
        ),
        pytest.param(
            lambda m, x: dueling(m, read(m, x), lambda a: a.mean(dim=(0, 1), keepdim=True)), LEVELLED, FITS_UNITS,
            id="samples and steps",
        ),
        pytest.param(lambda m, x: dueling(m, read(m, x), lambda a: a.mean(0)), LEVELLED, FITS_UNITS, id="samples alone"),
        pytest.param(
            lambda m, x: m.v(read(m, x)) + (m.a(read(m, x)) - m.a(read(m, x)).mean()), LEVELLED, FITS_UNITS, id="centred first"
        ),
        pytest.param(
            lambda m, x: m.a(read(m, x)).sub(m.a(read(m, x)).mean()).add(m.v(read(m, x))), LEVELLED, FITS_UNITS, id="methods"
        ),
        pytest.param(
            lambda m, x: dueling(m, read(m, x)[:, -1], lambda a: a.mean()), LEVELLED, FITS_UNITS.replace("dim=2", "dim=1"),
            id="the last step",
        ),
        pytest.param(
            lambda m, x: dueling(m, read(m, x).flatten(0, 1), lambda a: a.mean()).view(len(x), -1, 3), LEVELLED,
            FITS_UNITS.replace("dim=2", "dim=1"), id="steps folded into the batch",
        ),
        pytest.param(lambda m, x: m.v(read(m, x)) - 0.2 * m.a(read(m, x)).square().sum(), CHARGED, None, id="charged"),
        pytest.param(
            lambda m, x: m.v(read(m, x)).squeeze(2) + torch.sum(m.a(read(m, x))).neg(), CHARGED, None, id="a negated sum"
        ),
        pytest.param(
            lambda m, x: m.a(read(m, x).sum(1)) - m.b(read(m, x)).sum(-1).sum(), CHARGED, None, id="two sums in a row"
        ),
        pytest.param(
            lambda m, x: torch.stack([torch.relu(m.v(h) - m.a(read(m, x)).sum()) for h in read(m, x).unbind(1)], 1), CHARGED,
            None, id="in a loop",
        ),
        pytest.param(lambda m, x: m.out(read(m, x) + m.a(read(m, x)).sum()), CHARGED, None, id="taken by a layer"),
        pytest.param(lambda m, x: m.rnn2(read(m, x) + m.a(read(m, x)).sum())[0], CHARGED, None, id="a recurrent layer"),
        pytest.param(
            lambda m, x: m.cell(read(m, x)[:, -1] - m.a(read(m, x)).sum(), read(m, x)[:, -1]), CHARGED, None, id="a cell"
        ),
        pytest.param(
            lambda m, x: (shares(m, x).unsqueeze(2) * read(m, x)).sum(1), POOLED, FITS_STEPS, id="shares, multiplied and summed"
        ),
        pytest.param(
            lambda m, x: m.out((shares(m, x).unsqueeze(1) @ read(m, x)).squeeze(1)), POOLED, FITS_STEPS, id="shares, matmul"
        ),
        pytest.param(
            lambda m, x: torch.einsum("bs,bsh->bh", shares(m, x), read(m, x)).tanh(), POOLED, FITS_STEPS, id="shares, einsum"
        ),
        pytest.param(
            lambda m, x: torch.bmm(shares(m, x)[:, None], read(m, x))[:, 0], POOLED, FITS_STEPS, id="shares, bmm"
        ),
        pytest.param(
            lambda m, x: looked_up(m, x, (1 - m.v(read(m, x)[:, -1]).sigmoid()) * shares(m, x)), POOLED, FITS_STEPS,
            id="shares, put where words say",
        ),
        pytest.param(
            lambda m, x: torch.einsum("bs,bsh->bh", (w := positive(m, x)) / (w.sum() + 1e-8), read(m, x)), POOLED,
            FITS_STEPS, id="shares, with a small number",
        ),
        pytest.param(
            lambda m, x: (((w := positive(m, x)) / w.sum(0, keepdim=True))[..., None] * read(m, x)).sum(1), POOLED, FITS_STEPS,
            id="shares at each step",
        ),
        pytest.param(
            lambda m, x: torch.einsum("bs,bsh->bh", (w := positive(m, x)) / (w.sum(0) + 1e-8), read(m, x)), POOLED, FITS_STEPS,
            id="shares at each step, einsum",
        ),
        pytest.param(
            lambda m, x: only_child(m, x, lambda c: c.squeeze().sum(0)), SQUEEZED, FITS_CHILD, id="squeezed and summed"
        ),
        pytest.param(
            lambda m, x: only_child(m, x, lambda c: torch.sum(torch.squeeze(c), dim=0)), SQUEEZED, FITS_CHILD, id="functions"
        ),
        pytest.param(
            lambda m, x: only_child(m, x, lambda c: c.squeeze().sum(0, keepdim=True)), SQUEEZED, FITS_CHILD, id="one row"
        ),
    ],
)  # fmt: skip
def test_what_all_samples_make_is_found_in_what_each_has(
    forward: Any, said: str, fits: str | None, batch: int, steps: int
) -> None:
    (finding,) = heads(forward, batch, steps)
    assert (finding.code, finding.severity, finding.message, finding.suggestion) == ("RNS512", "warning", said, fits)


def scaled(t: Tensor) -> Tensor:
    return (t - t.mean()) / (t.std() + 1e-6)


def normalised(t: Tensor) -> Tensor:
    return (t - t.mean((0, 1))) / (t.var((0, 1), unbiased=False) + 1e-5).sqrt()


def balanced(t: Tensor) -> Tensor:
    scores = t.exp()
    scores = scores / scores.sum()
    for _ in range(3):
        scores = scores / scores.sum(0, keepdim=True)
        scores = scores / scores.sum(1, keepdim=True)
    return scores


@pytest.mark.parametrize(("batch", "steps"), [(5, 8), (5, 5), (8, 8), (1, 6)])
@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x: dueling(m, read(m, x), lambda a: a.mean(-1, keepdim=True)), id="a level of each"),
        pytest.param(lambda m, x: dueling(m, read(m, x), lambda a: a.mean(1, keepdim=True)), id="a level of each unit"),
        pytest.param(lambda m, x: dueling(m, read(m, x), lambda a: a.max()), id="the largest"),
        pytest.param(lambda m, x: m.v(read(m, x)).squeeze(2) - m.a(read(m, x)).sum(2), id="the sum of each"),
        pytest.param(lambda m, x: scaled(m.a(read(m, x))), id="standardised"),
        pytest.param(lambda m, x: scaled(m.v(read(m, x)).squeeze(2)), id="advantages"),
        pytest.param(lambda m, x: m.v(read(m, x)) + scaled(m.a(read(m, x))), id="standardised beside a value"),
        pytest.param(lambda m, x: read(m, scaled(x)), id="standardised inputs"),
        pytest.param(lambda m, x: read(m, x - x.mean()), id="centred inputs"),
        pytest.param(lambda m, x: (v := m.v(read(m, x))) - v.mean(), id="returns and their mean"),
        pytest.param(lambda m, x: (a := m.a(read(m, x))) - a.mean(), id="scores and their mean"),
        pytest.param(lambda m, x: (a := m.a(read(m, x)) * m.v(read(m, x))) - a.mean(), id="gated scores and their mean"),
        pytest.param(lambda m, x: m.a(read(m, x)) + (b := m.b(read(m, x))) - b.mean(), id="two scores and the mean of one"),
        pytest.param(lambda m, x: m.v(read(m, x)) + x.mean(), id="a mean that is added"),
        pytest.param(lambda m, x: m.out(normalised(read(m, x))), id="batch normalisation by hand"),
        pytest.param(lambda m, x: m.out((w := m.w(read(m, x))) - w.mean((0, 1))), id="without the deviation"),
        pytest.param(lambda m, x: read(m, (x - x.mean()) / x.std())[..., :4] * x.std() + x.mean(), id="scaled there and back"),
        pytest.param(lambda m, x: read(m, x) / read(m, x).abs().max(), id="quantised"),
        pytest.param(lambda m, x: (m.a(read(m, x)) - m.a(read(m, x)).max()).exp(), id="a maximum that cancels out"),
        pytest.param(lambda m, x: (m.a(read(m, x)) - m.b(read(m, x)).sum()).softmax(2), id="a sum that cancels out"),
        pytest.param(lambda m, x: balanced(m.a(read(m, x)[:, -1])), id="Sinkhorn"),
        pytest.param(lambda m, x: balanced(m.v(read(m, x)).squeeze(2)), id="Sinkhorn over steps"),
        pytest.param(lambda m, x: (m.a(read(m, x)), m.b(read(m, x)).square().sum()), id="a penalty beside"),
        pytest.param(lambda m, x: ((v := m.v(read(m, x))).sum() - v) / max(x.size(0) - 1, 1), id="the mean of the others"),
        pytest.param(
            lambda m, x: (v := m.v(read(m, x))) - (v.sum() - v) / max(len(x) - 1, 1), id="without each"
        ),
        pytest.param(lambda m, x: m.v(read(m, x)) + 0.0 * m.a(read(m, x)).sum(), id="nothing of it"),
        pytest.param(lambda m, x: m.v(read(m, x)) + (x > 0).float().sum(), id="a number of flags"),
        pytest.param(lambda m, x: m.v(read(m, x)) - m.a(read(m, x)).sum() / x.numel(), id="a mean by hand"),
        pytest.param(lambda m, x: m.a(read(m, x)) * (x[..., 0] > 0)[..., None] / (x[..., 0] > 0).sum(), id="shares of a mask"),
        pytest.param(
            lambda m, x: (m.v(read(m, x)).squeeze(2) * (w := positive(m, x)) / w.sum()).sum(), id="a weighted mean of all"
        ),
        pytest.param(lambda m, x: shares(m, x), id="shares that are looked at"),
        pytest.param(lambda m, x: (w := positive(m, x)) / w.sum(0), id="shares at each step that are looked at"),
        pytest.param(
            lambda m, x: torch.einsum("bs,bsh->sh", (w := positive(m, x)) / w.sum(0), read(m, x)).sum(), id="one state a step"
        ),
        pytest.param(lambda m, x: ((x / x.sum(0))[..., None] * m.v(read(m, x))[:, :, None]).sum(1), id="shares of the data"),
        pytest.param(lambda m, x: shares(m, x).sum(1), id="the share of each sample"),
        pytest.param(
            lambda m, x: ((w := shares(m, x))[..., None] * read(m, x)).sum(1) / w.sum(1, keepdim=True), id="shares of each"
        ),
        pytest.param(
            lambda m, x: torch.einsum("bs,bsh->bh", (w := shares(m, x)) / w.sum(1, keepdim=True), read(m, x)),
            id="shares of each, first",
        ),
        pytest.param(lambda m, x: torch.einsum("bs,bsh->bh", positive(m, x), read(m, x)), id="weights as they are"),
        pytest.param(lambda m, x: torch.einsum("bs,bsh->h", shares(m, x), read(m, x)).sum(), id="one state of all"),
        pytest.param(lambda m, x: m.single(m.v(read(m, x)).mean(1)) - m.a(read(m, x)).mean(), id="another level"),
        pytest.param(lambda m, x: only_child(m, x, lambda c: c.sum(0)), id="one child"),
        pytest.param(lambda m, x: only_child(m, x, lambda c: c.squeeze(0)), id="the child as it is"),
        pytest.param(lambda m, x: only_child(m, x, lambda c: torch.cat([c, c]).squeeze().sum(0)), id="two children"),
    ],
)  # fmt: skip
def test_what_concerns_all_samples_alike_is_silent(forward: Any, batch: int, steps: int) -> None:
    assert [finding.message for finding in heads(forward, batch, steps) if finding.code == "RNS512"] == []
