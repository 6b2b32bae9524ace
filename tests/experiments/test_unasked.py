"""A model of a script that is probed though nobody has asked for it: once its first step is over, on a copy."""

from __future__ import annotations

import logging
import os
import random
from pathlib import Path
from typing import Any, ClassVar

import forked
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs
from rnnshape.experiments import unasked


class Drift(nn.Module):
    """Takes the level of each series away, or that of the first one from all, or what all have in common."""

    def __init__(self, level: str) -> None:
        super().__init__()
        self.level, self.rnn, self.fc, self.calls = level, nn.GRU(3, 8, batch_first=True), nn.Linear(8, 1), 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        match self.level:
            case "own":
                x = x - x.mean(1, keepdim=True)
            case "first":
                x = x * x[0, -1]
            case "all":
                x = x - x.mean(0, keepdim=True)
        return self.fc(self.rnn(x)[0][:, -1])


def trained(model: nn.Module, steps: int = 2, **options: Any) -> rs.Report:
    """Train a few steps under a watch, with a DataLoader and without a name for any axis."""
    torch.manual_seed(0)
    data = DataLoader(TensorDataset(torch.randn(6 * steps, 5, 3), torch.randn(6 * steps, 1)), 6)
    with rs.watch(track=3, on="record", probe="auto", **options) as report:
        for x, y in data:
            nn.functional.mse_loss(model(x), y).backward()
    return report


@pytest.mark.parametrize(("level", "told"), [("own", []), ("first", [("RNS601", "warning")]), ("all", [("RNS601", "warning")])])
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_samples_that_meet_are_told_as_diagnose_does(level: str, told: list[tuple[str, str]], steps: int) -> None:
    model = Drift(level)
    report = trained(model, steps)
    assert [(finding.code, finding.severity) for finding in report.findings] == told
    assert model.calls == steps
    came = ", in eval mode: RNS601" if told else ": in eval mode its samples are apart"
    assert report.probed == f"Drift was probed on a copy{came}"
    assert report.blind == ()
    assert str(report).endswith(f"\n\n{report.probed}")


def test_what_the_rules_explain_needs_no_experiment() -> None:
    class Glued(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(3, 8, batch_first=True, num_layers=2), nn.Linear(16, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[1].reshape(6, -1))

    report = trained(Glued())
    assert [finding.code for finding in report.findings] == ["RNS203"]
    assert report.probed == ""


HISTORY: list[int] = []
COUNT = 0
SIZES = {"hidden": 8}


class Kept(Drift):
    """Appends to a list of the script's."""

    def forward(self, x: Tensor) -> Tensor:
        HISTORY.append(len(x))
        return super().forward(x)


class Counting(Drift):
    """Counts in a global."""

    def forward(self, x: Tensor) -> Tensor:
        global COUNT
        COUNT += 1
        return super().forward(x)


class OfAll(Drift):
    """Counts in its class."""

    number = 0

    def forward(self, x: Tensor) -> Tensor:
        type(self).number += 1
        return super().forward(x)


def remember(size: int) -> None:
    HISTORY.append(size)


class Passing(Drift):
    """Calls a function that appends to a list."""

    def forward(self, x: Tensor) -> Tensor:
        remember(len(x))
        return super().forward(x)


class Reading(Drift):
    """Reads a dict of the script's."""

    def forward(self, x: Tensor) -> Tensor:
        assert self.rnn.hidden_size == SIZES["hidden"] == SIZES.get("hidden")
        return super().forward(x)


class Kinds(Drift):
    """Reads a table of its class."""

    WIDTHS: ClassVar = {"small": 8}

    def forward(self, x: Tensor) -> Tensor:
        assert "large" not in self.WIDTHS
        assert self.rnn.hidden_size == self.WIDTHS["small"]
        return super().forward(x)


class Noting(Drift):
    """Notes in a list of its class."""

    SIZES: ClassVar = list[int]()

    def forward(self, x: Tensor) -> Tensor:
        self.SIZES.append(len(x))
        return super().forward(x)


class Saving(Drift):
    """Has methods that reach further than its forward does."""

    def save(self) -> None:
        HISTORY.append(0)
        logging.info("saved to %s", os.getcwd())

    def measure(self) -> None:
        self.save()


class Measuring(Saving):
    """Calls them."""

    def forward(self, x: Tensor) -> Tensor:
        self.measure()
        return super().forward(x)


class Dispatching(Saving):
    """Calls whichever of its methods has a name."""

    def forward(self, x: Tensor) -> Tensor:
        getattr(self, "sa" + "ve")()
        return super().forward(x)


class Handing(Saving):
    """Gives itself to a function, which calls one."""

    def forward(self, x: Tensor) -> Tensor:
        saved(self)
        return super().forward(x)


def saved(model: Saving) -> None:
    model.save()


OUTSIDE = {
    Kept: "Kept may write to HISTORY",
    Counting: "Counting writes COUNT",
    OfAll: "OfAll writes to its class in forward",
    Passing: "Passing may write to HISTORY",
    Reading: "",
    Kinds: "",
    Noting: "Noting has SIZES in common with all of its class",
    Saving: "",
    Measuring: "Measuring may write to HISTORY",
    Dispatching: "Dispatching may write to HISTORY",
    Handing: "Handing may write to HISTORY",
}


@pytest.mark.parametrize("kind", OUTSIDE, ids=lambda kind: kind.__name__)
def test_a_forward_that_reaches_further_than_a_copy_is_not_run_again(kind: type[Drift]) -> None:
    HISTORY.clear()
    before = COUNT, OfAll.number
    report = trained(kind("own"))
    assert len(HISTORY) + COUNT - before[0] + OfAll.number - before[1] == (2 if OUTSIDE[kind] and kind is not Noting else 0)
    if OUTSIDE[kind]:
        assert report.probed == (
            f"{kind.__name__} was not probed: {OUTSIDE[kind]}, which every run of a copy would reach; --probe makes them"
        )
    else:
        assert report.probed == f"{kind.__name__} was probed on a copy: in eval mode its samples are apart"


def test_a_hook_of_the_users_is_not_run_again() -> None:
    model, seen = Drift("first"), list[int]()
    model.fc.register_forward_hook(lambda *_: seen.append(1))
    report = trained(model)
    assert len(seen) == 2
    assert report.probed.startswith("Drift was not probed: fc has the hook ")
    assert report.findings == ()


def test_a_large_model_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked, "MOST_PARAMETERS", 300)
    report = trained(Drift("first"))
    assert report.probed == "Drift was not probed: a copy of its 321 numbers takes too much memory; --probe makes it"


def test_a_slow_model_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked, "LONGEST", 0.0)
    report = trained(Drift("first"))
    assert report.probed == "Drift was not probed: experiments would take about 0 s; rnnshape.probe makes them"


def test_a_batch_of_one_shows_what_becomes_of_its_states_and_no_more() -> None:
    model = Drift("own")
    with rs.watch(track=3, on="record", probe="auto") as report:
        for _ in range(2):
            model(torch.randn(1, 5, 3)).sum().backward()
    assert report.probed == "Drift was probed on a copy: in eval mode no state is read as another one"
    assert report.blind == ("Drift: a batch of one: whether samples are mixed cannot be seen; give two",)


def test_a_model_that_raises_is_not_probed() -> None:
    model = Drift("first")
    with pytest.raises(RuntimeError), rs.watch(track=3, on="record", probe="auto") as report:
        model(torch.randn(6, 5, 4))
    assert report.probed == ""


def test_nothing_is_probed_where_nothing_trains_or_is_followed() -> None:
    model = Drift("first")
    with rs.watch(track=3, on="record", probe="auto") as report:
        model.eval()(torch.randn(6, 5, 3))
    assert (report.probed, report.findings) == ("", ())
    with rs.watch(on="record", probe="auto") as report:
        model.train()(torch.randn(6, 5, 3)).sum().backward()
    assert (report.probed, model.calls) == ("", 2)


@pytest.mark.parametrize("level", ["own", "first", "all"])
def test_everything_of_the_user_stays_as_it_is(level: str) -> None:
    kept: list[list[Any]] = []
    for probe in (False, "auto"):
        torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)
        model = Drift(level)
        model.add_module("norm", nn.BatchNorm1d(5))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        data = DataLoader(TensorDataset(torch.randn(24, 5, 3), torch.randn(24, 1)), 6, shuffle=True)
        found: list[Any] = []
        with rs.watch(track=3, on="record", probe=probe) as report:
            for x, y in data:
                output = model(model.norm(torch.dropout(x, 0.3, True)))
                loss = nn.functional.mse_loss(output, y)
                optimizer.zero_grad()
                loss.backward()
                found += [output.detach().clone(), *(p.grad.clone() for p in model.parameters() if p.grad is not None)]
                optimizer.step()
        assert bool(report.probed) is (probe == "auto")
        found += [torch.rand(3), torch.tensor(random.random()), torch.tensor(np.random.rand()), *model.state_dict().values()]
        kept.append([*found, torch.tensor(model.calls)])
    assert all(torch.equal(a, b) for a, b in zip(*kept, strict=True))


SCRIPT = """
import torch
from torch import nn

class Clock(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.drop = nn.GRU(2, 8, batch_first=True), nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.rnn(x * x[0, -1])[0])

torch.manual_seed(3)
model, loss = Clock(), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for (x,) in torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(12, 9, 2)), 4, shuffle=True):
    optimizer.zero_grad()
    value = loss(model(x), torch.zeros(4, 9, 8))
    value.backward()
    optimizer.step()
    print(f"{x.sum():.6f} {value.item():.9f}", float(torch.rand(1)))
"""


@pytest.mark.parametrize("option", [None, "--no-probe", "--probe"])
def test_a_script_is_probed_unless_somebody_says_no(option: str | None, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    plain = forked.run("train.py", folder=tmp_path)
    words = ["run", *([option] if option else []), "--fail-on", "warning", "train.py"]
    done = forked.run("-m", "rnnshape", *words, folder=tmp_path)
    assert plain.stdout.count("\n") == 3
    assert done.stdout == plain.stdout
    assert done.returncode == (0 if option == "--no-probe" else 3), done.stderr
    assert ("RNS601 warning: samples that meet" in done.stderr) is (option != "--no-probe")
    assert ("\nClock was probed on a copy, in eval mode: RNS601\n" in done.stderr) is (option != "--no-probe")


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.calls = nn.GRU(3, 8, batch_first=True), 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.rnn(x)[1][0]


class Decoder(nn.Module):
    """A step of a decoder, whose input may be scaled by that of the first sample."""

    def __init__(self, level: str) -> None:
        super().__init__()
        self.level, self.cell, self.fc, self.calls = level, nn.GRUCell(3, 8), nn.Linear(8, 3), 0

    def forward(self, y: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        state = self.cell(y * y[0] if self.level == "first" else y, state)
        return self.fc(state), state


def translated(encoder: nn.Module, decoder: nn.Module, steps: int = 2) -> rs.Report:
    """Train a model in two parts, the second of which is called three times a step."""
    torch.manual_seed(0)
    data = DataLoader(TensorDataset(torch.randn(6 * steps, 5, 3), torch.randn(6 * steps, 3, 3)), 6)
    with rs.watch(track=3, on="record", probe="auto") as report:
        for x, y in data:
            state, loss = encoder(x), torch.zeros(())
            for step in range(3):
                said, state = decoder(y[:, step], state)
                loss = loss + nn.functional.mse_loss(said, y[:, step])
            loss.backward()
    return report


@pytest.mark.parametrize(("level", "codes"), [("own", []), ("first", ["RNS601"])])
@pytest.mark.parametrize("steps", [1, 3])
def test_each_model_of_a_step_is_probed(level: str, codes: list[str], steps: int) -> None:
    encoder, decoder = Encoder(), Decoder(level)
    report = translated(encoder, decoder, steps)
    assert [finding.code for finding in report.findings] == codes
    assert (encoder.calls, decoder.calls) == (steps, 3 * steps)
    came = ", in eval mode: RNS601" if codes else ": in eval mode its samples are apart"
    first = "Encoder was probed on a copy: in eval mode its samples are apart"
    assert report.probed == f"{first}; Decoder was probed on a copy{came}"


def test_the_models_beyond_the_fourth_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked, "MOST_MODELS", 1)
    report = translated(Encoder(), Decoder("first"))
    assert report.findings == ()
    assert report.probed == (
        "Encoder was probed on a copy: in eval mode its samples are apart; "
        "Decoder was not probed: 1 model of the step was; --probe probes all"
    )


def test_all_models_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked, "LONGEST", 0.0)
    report = translated(Encoder(), Decoder("first"))
    assert report.probed == (
        "Encoder was not probed: experiments would take about 0 s; rnnshape.probe makes them; "
        "Decoder was not probed: experiments would take about 0 s; rnnshape.probe makes them"
    )


def test_a_model_that_is_called_for_the_first_time_in_a_later_step_is_not_probed() -> None:
    encoder, decoder = Encoder(), Decoder("first")
    with rs.watch(track=3, on="record", probe="auto") as report:
        for step in range(2):
            state = encoder(torch.randn(6, 5, 3))
            (decoder(torch.randn(6, 3), state)[0] if step else state).sum().backward()
    assert report.probed == "Encoder was probed on a copy: in eval mode its samples are apart"


def test_two_models_of_a_class_are_told_apart_as_their_layers_are() -> None:
    first, second = Encoder(), Encoder()
    with rs.watch(track=3, on="record", probe="auto") as report:
        for _ in range(2):
            (first(torch.randn(6, 5, 3)).sum() + second(torch.randn(4, 7, 3)).sum()).backward()
    assert [event.module for event in report.events] == ["Encoder.rnn", "Encoder.rnn #2"]
    assert report.probed == (
        "Encoder was probed on a copy: in eval mode its samples are apart; "
        "Encoder #2 was probed on a copy: in eval mode its samples are apart"
    )


class Policy(nn.Module):
    """Hands a state on from call to call, steps first."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 8), nn.Linear(8, 2)

    def forward(self, seen: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        output, state = self.rnn(seen, state)
        return self.fc(output), state


def test_a_policy_is_probed_though_a_rollout_came_before() -> None:
    policy, state = Policy(), torch.zeros(1, 4, 8)
    seen = torch.randn(9, 4, 3)
    with rs.watch(track=3, on="record", probe="auto") as report:
        with torch.no_grad():
            for step in seen:
                _, state = policy(step[None], state)
        for _ in range(2):
            policy(seen, torch.zeros(1, 4, 8))[0].pow(2).mean().backward()
    assert report.probed == "Policy was probed on a copy: in eval mode its samples are apart"


def test_a_model_that_begins_to_train_behind_the_steps_that_are_followed_is_not_probed() -> None:
    other, encoder = nn.Linear(3, 3), Encoder()
    with rs.watch(track=3, on="record", probe="auto") as report:
        for _ in range(5):
            other(torch.randn(6, 3)).sum().backward()
        for _ in range(2):
            encoder(torch.randn(6, 5, 3)).sum().backward()
    assert report.probed == (
        "Encoder was not probed: its first training step came after those that are followed; --probe probes it"
    )


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        (
            None,
            "probed on a copy: in eval mode no state is read as another one; samples were not changed "
            "(nobody has said which dim of y is the batch; axes= says it)",
        ),
        ({"y": "b f"}, "probed on a copy: in eval mode its samples are apart"),
    ],
)
def test_a_dim_that_nobody_has_named_may_be_named(axes: Any, said: str) -> None:
    encoder, decoder = Encoder(), Decoder("own")
    with rs.watch(track=3, on="record", probe="auto", axes=axes) as report:
        for _ in range(2):
            state, words = encoder(torch.randn(6, 5, 3)), torch.randint(0, 3, (6,))
            decoder(nn.functional.one_hot(words, 3).float(), state)[0].pow(2).mean().backward()
    assert report.probed.endswith(f"; Decoder was {said}")


class Handmade(nn.Module):
    """A recurrent model of which no layer is torch's.

    Args:
        levels: what its state is levelled over in each step: the units of each sample, or all samples.
    """

    def __init__(self, levels: str) -> None:
        super().__init__()
        self.dim = ("samples", "units").index(levels)
        self.read, self.keep, self.out = nn.Linear(3, 8), nn.Linear(8, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(len(x), 8)
        for t in range(x.size(1)):
            state = torch.tanh(self.read(x[:, t]) + self.keep(state))
            state = state - state.mean(self.dim, keepdim=True)
        return self.out(state)


@pytest.mark.parametrize(("levels", "told"), [("units", []), ("samples", ["RNS601"])])
def test_a_recurrent_model_made_by_hand_is_probed_once_a_loop_has_walked_along_its_input(levels: str, told: list[str]) -> None:
    report = trained(Handmade(levels))
    assert [finding.code for finding in report.findings] == told
    came = ", in eval mode: RNS601" if told else ": in eval mode its samples are apart"
    assert report.probed == f"Handmade was probed on a copy{came}"
    assert report.assumed == (
        "Handmade: no recurrent layer of torch's is in it; a loop goes along dim 1 of what a DataLoader yields with a state of "
        "its own, so that was taken for the steps",
    )


class AllAtOnce(nn.Module):
    """No recurrent model: samples meet in it, which nobody asks about."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(15, 1)

    def forward(self, x: Tensor) -> Tensor:
        made = self.fc(x.flatten(1))
        return made - made.mean(0)


def test_what_is_no_recurrent_model_is_not_probed_and_one_behind_it_is() -> None:
    other, model = AllAtOnce(), Drift("all")
    torch.manual_seed(0)
    with rs.watch(track=3, on="record", probe="auto") as report:
        for _ in range(2):
            other(torch.randn(6, 5, 3)).sum().backward()
        model(torch.randn(6, 5, 3)).sum().backward()
    assert [finding.code for finding in report.findings] == ["RNS601"]
    assert report.probed == "Drift was probed on a copy, in eval mode: RNS601"


def test_a_large_model_made_by_hand_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasked, "MOST_PARAMETERS", 10)
    assert trained(AllAtOnce()).probed == ""
    says = "Handmade was not probed: a copy of its 113 numbers takes too much memory; --probe makes it"
    assert trained(Handmade("samples")).probed == says


def test_a_model_whose_sizes_are_not_known_yet_is_not_probed() -> None:
    lazy = nn.Sequential(nn.GRU(3, 4, batch_first=True), Last(), nn.LazyLinear(1))
    report = trained(lazy)
    assert report.probed == "Sequential was not probed: the model has lazy parameters, which have no values yet; run it once"
    assert not report.unfollowed


class Last(nn.Module):
    """The last step of what a layer returns."""

    def forward(self, made: tuple[Tensor, Tensor]) -> Tensor:
        return made[0][:, -1]
