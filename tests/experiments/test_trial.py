"""The runs of a trial: how many there are, and that those without gradients count only where gradients make no difference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.subject import Subject

X = torch.randn(9, 6, 4, generator=torch.Generator().manual_seed(0))


class Classifier(nn.Module):
    def __init__(self, join: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn, self.fc, self.join = nn.GRU(4, 8, num_layers=2), nn.Linear(16, 3), join

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.join(self.rnn(x)[1]))


def right(h_n: Tensor) -> Tensor:
    return h_n.transpose(0, 1).flatten(1)


def wrong(h_n: Tensor) -> Tensor:
    return h_n.view(6, -1)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each run of a copy had gradients."""
    seen: list[bool] = []
    run = Subject.run

    def counted(self: Subject, given: object, mode: object = None, weights: object = None, gradients: bool = True) -> object:
        seen.append(gradients)
        return run(self, given, mode, weights, gradients)  # type: ignore[arg-type]

    monkeypatch.setattr(Subject, "run", counted)
    return seen


@pytest.mark.parametrize(("join", "count"), [(right, 7), (wrong, 8)])
def test_how_often_a_copy_is_run(join: Callable[[Tensor], Tensor], count: int, runs: list[bool]) -> None:
    rs.diagnose(Classifier(join), X, axes="seq batch feature")
    assert runs == [True] + [False] * (count - 1)


def test_nothing_is_measured_of_what_rules_explain_and_nobody_is_told(runs: list[bool]) -> None:
    report = rs.diagnose(Classifier(wrong), X, axes="seq batch feature", ignore=["RNS203"])
    assert report.findings == ()
    assert runs == []


class Edits(Classifier):
    def forward(self, x: Tensor) -> Tensor:
        x += 1
        return super().forward(x)


class Learns(Classifier):
    """Asks for a gradient in its forward, which raises where there are none."""

    def forward(self, x: Tensor) -> Tensor:
        out = self.rnn(x)[0]
        (slope,) = torch.autograd.grad(out.square().sum(), [self.rnn.weight_hh_l0])
        return super().forward(x) + 0 * slope.sum()


class MeansWithGradients(Classifier):
    def forward(self, x: Tensor) -> Tensor:
        made = super().forward(x)
        return made - made.mean(0) if torch.is_grad_enabled() else made


class MeansWithoutGradients(Classifier):
    def forward(self, x: Tensor) -> Tensor:
        made = super().forward(x)
        return made if torch.is_grad_enabled() else made - made.mean(0)


class FewerWithoutGradients(Classifier):
    def forward(self, x: Tensor) -> Tensor:
        made = super().forward(x)
        return made if torch.is_grad_enabled() else made[:, :2]


@pytest.mark.parametrize("model", [Edits, MeansWithoutGradients, FewerWithoutGradients])
def test_runs_with_gradients_are_what_counts(model: type[Classifier], runs: list[bool]) -> None:
    influence = rs.probe(model(right), X, axes="seq batch feature")
    assert influence.samples is not None
    assert influence.order is not None
    assert (influence.samples.verdict, influence.order.verdict) == ("apart", "apart")
    assert runs[-1]


def test_samples_that_meet_only_with_gradients() -> None:
    influence = rs.probe(MeansWithGradients(right), X, axes="seq batch feature")
    assert [finding.code for finding in influence.findings] == ["RNS601"]


def test_a_model_that_asks_for_gradients_itself() -> None:
    influence = rs.probe(Learns(wrong), X, axes="seq batch feature")
    assert [finding.code for finding in influence.findings] == ["RNS601"]


class Counts(Classifier):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        Counts.calls += 1
        return super().forward(x) + Counts.calls


def test_a_model_that_differs_by_itself() -> None:
    influence = rs.probe(Counts(right), X, axes="seq batch feature")
    said = "output differs from run to run by itself: it depends on a state outside of the model, or on a clock"
    assert (influence.samples, influence.untried) == (None, (said,))


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.rnn = nn.Embedding(9, 4), nn.GRU(4, 5)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.rnn(self.embedding(tokens))[1][-1]


def test_tokens_that_were_transposed_bring_no_warning_of_ours() -> None:
    torch.set_warn_always(True)
    try:
        influence = rs.probe(Tokens(), torch.randint(1, 9, (6, 7)).t(), axes="seq batch")
    finally:
        torch.set_warn_always(False)
    assert influence.findings == ()
    assert influence.samples is not None
    assert influence.samples.verdict == "apart"
