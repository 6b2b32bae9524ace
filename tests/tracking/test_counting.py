"""Training scripts of every kind: which of their calls are followed, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.dataloader import _BaseDataLoaderIter

import rnnshape as rs
from rnnshape.tracking.counting import MOST_CALLS, MOST_WAITED, StepCount, Verdict


def verdicts(count: StepCount, calls: str) -> list[Verdict]:
    """Return what becomes of calls that train, "t", or do not, "e", with backwards, "b", between them."""
    backwards, found = 0, list[Verdict]()
    for call in calls:
        if call == "b":
            backwards += 1
        else:
            found.append(count.call(trains=call == "t", backwards=backwards))
    return found


@pytest.mark.parametrize(
    ("calls", "followed"),
    [
        ("tbtbtbtb", "ff.."),
        ("eeetbtbtb", "ff.ff."),
        ("tttbtttbt", "ffffff."),
        ("tbetbt", "fff."),
        ("tbbbtbt", "ff."),
        ("bbtbtbt", "ff."),
        ("eeee", "ff.."),
    ],
)
def test_a_step_ends_with_its_backward(calls: str, followed: str) -> None:
    assert "".join("f" if v == "follow" else "." for v in verdicts(StepCount(2), calls)) == followed


def test_a_step_without_a_backward_ends_and_nobody_waits_for_ever() -> None:
    assert verdicts(StepCount(2), "tb" + "t" * (MOST_CALLS + 1)) == ["follow"] * (1 + MOST_CALLS) + ["stop"]
    assert verdicts(StepCount(2), "e" * (MOST_WAITED + 3)) == ["follow"] * 2 + ["wait"] * MOST_WAITED + ["stop"]


def test_where_nobody_ever_calls_backward_one_step_is_followed() -> None:
    assert verdicts(StepCount(3), "t" * (MOST_CALLS + 2)) == ["follow"] * MOST_CALLS + ["stop"] * 2


def test_without_a_limit_all_are_followed() -> None:
    assert set(verdicts(StepCount(None), "etb" * MOST_CALLS)) == {"follow"}


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    loads, calls, evaluates = _BaseDataLoaderIter.__next__, nn.Module.__call__, nn.Module.eval
    yield
    assert nn.Module.eval is evaluates
    assert torch._C._len_torch_function_stack() == 0
    assert _BaseDataLoaderIter.__next__ is loads
    assert nn.Module.__call__ is calls


def is_followed() -> bool:
    return torch._C._len_torch_function_stack() > 0


class Policy(nn.Module):
    """Scores and a value (batch, 1) of one step."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.actions, self.value = nn.GRU(3, 8), nn.Linear(8, 2), nn.Linear(8, 1)

    def forward(self, seen: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        output, state = self.gru(seen.unsqueeze(0), state)
        return self.actions(output.squeeze(0)), self.value(output.squeeze(0)), state


def rollout(squeezed: bool, steps: int = 20) -> list[bool]:
    """Play games with a policy, and learn from each as a whole: returns whether each was followed."""
    policy, followed = Policy(), list[bool]()
    for _ in range(4):
        state, losses = None, list[Tensor]()
        for _ in range(steps):
            scores, value, state = policy(torch.randn(6, 3), state)
            reward = (scores.argmax(1) == 0).float()
            losses.append((reward - (value.squeeze(1) if squeezed else value)).square().mean() + scores.mean())
        followed.append(is_followed())
        torch.stack(losses).sum().backward()
    return followed


def test_a_policy_is_followed_to_its_loss() -> None:
    with rs.watch(track=2, on="log") as report:
        assert rollout(squeezed=False) == [True, True, False, False]
    assert {f.code for f in report.findings} == {"RNS504"}
    with rs.watch(track=2, on="log") as report:
        rollout(squeezed=True)
    assert report.findings == ()


class Tagger(nn.Module):
    def __init__(self, units: int = 3) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, units)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0])


def sorted_apart(pairs: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Put samples together, and sort the sequences but not their tags."""
    sequences, tags = zip(*pairs, strict=True)
    return torch.stack(sorted(sequences, key=lambda x: float(x[0, 0]))), torch.stack(tags)


LOSSES: list[Callable[[Tensor, Tensor], Tensor]] = [nn.CrossEntropyLoss(), F.cross_entropy]


@pytest.mark.parametrize("loss", LOSSES, ids=["module", "function"])
@pytest.mark.parametrize("evaluates", ["no_grad", "eval", "both", "never"])
def test_an_evaluation_before_training_uses_up_no_step(loss: Callable[[Tensor, Tensor], Tensor], evaluates: str) -> None:
    torch.manual_seed(0)
    data, model = TensorDataset(torch.randn(18, 9, 4), torch.randint(3, (18, 9))), Tagger()
    followed = list[bool]()
    with rs.watch(track=2, on="log") as report:
        model.train(evaluates == "no_grad")
        for x, _ in [] if evaluates == "never" else DataLoader(data, 3):
            with torch.set_grad_enabled(evaluates == "eval"):
                model(x)
        model.train()
        for x, y in DataLoader(data, 6, shuffle=True, collate_fn=sorted_apart):
            loss(model(x).transpose(1, 2), y).backward()
            followed.append(is_followed())
    assert followed == [True, True, False]
    assert [f.code for f in report.findings] == ["RNS402"]


def test_gradients_that_are_accumulated_are_followed_once_for_each_backward() -> None:
    model, followed = Tagger(), list[bool]()
    with rs.watch(track=3) as report:
        for _ in range(5):
            (model(torch.randn(6, 9, 4)).mean() / 5).backward()
            followed.append(is_followed())
    assert followed == [True, True, True, False, False]
    assert report.findings == ()


def adversaries(mixes: bool) -> list[bool]:
    """Train a generator of sequences against a discriminator, which may be shown mixed samples at the end."""

    class Judge(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[0][:, -1])

    generator, judge, followed = Tagger(4), Judge(), list[bool]()
    optimizers = [torch.optim.SGD(m.parameters(), 0.1) for m in (generator, judge)]
    for _ in range(3):
        real, noise = torch.randn(6, 9, 4), torch.randn(6, 9, 4)
        optimizers[1].zero_grad()
        (judge(real) - 1).square().mean().backward()
        judge(generator(noise).detach()).square().mean().backward()
        optimizers[1].step()
        optimizers[0].zero_grad()
        made = generator(noise)
        shown = made.reshape(9, 6, 4).transpose(0, 1) if mixes else made
        (judge(shown) - 1).square().mean().backward()
        followed.append(is_followed())
        optimizers[0].step()
    return followed


def test_adversaries_are_followed_once_round() -> None:
    with rs.watch(track=3, on="log") as report:
        assert adversaries(mixes=True) == [True, False, False]
    assert [f.code for f in report.findings] == ["RNS203"]
    with rs.watch(track=3, on="log") as report:
        adversaries(mixes=False)
    assert report.findings == ()


def test_who_only_predicts_is_followed_for_as_many_calls() -> None:
    model, followed, untouched = Tagger().eval(), list[bool](), nn.Module.__call__
    with rs.watch(track=3) as report, torch.no_grad():
        for _ in range(5):
            model(torch.randn(6, 9, 4))
            followed.append(is_followed())
        assert nn.Module.__call__ is not untouched
        for _ in range(MOST_WAITED):
            model(torch.randn(1, 1, 4))
        assert nn.Module.__call__ is untouched, "in the end nobody waits any more"
    assert followed == [True, True, True, False, False]
    assert report.findings == ()


class Mode(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def test_a_mode_that_came_while_the_tracker_rested_stays_where_it_is() -> None:
    model = Tagger()
    with rs.watch(model, track=1):
        with torch.no_grad():
            model(torch.randn(6, 9, 4))
            model(torch.randn(6, 9, 4))
        assert not is_followed()
        with Mode() as mode:
            model(torch.randn(6, 9, 4))
            assert torch.overrides._get_current_function_mode() is mode
            assert torch._C._len_torch_function_stack() == 2
        assert is_followed()


class Squares(nn.Module):
    """A loss of the user's."""

    def forward(self, scores: Tensor, target: Tensor) -> Tensor:
        return (scores - target).square().mean()


def test_a_loss_is_no_model_and_its_target_stays_one() -> None:
    model, loss = Tagger(1), Squares()
    with rs.watch(track=1, on="log") as report:
        for x, y in DataLoader(TensorDataset(torch.randn(12, 9, 4), torch.randn(12, 1)), 6):
            loss(model(x)[:, -1].squeeze(1), y)
            break
    assert [f.code for f in report.findings] == ["RNS504"]
