"""A model that is probed before it is called: under `check`, under `watch`, and in a script."""

from __future__ import annotations

from pathlib import Path

import forked
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs


class Walker(nn.Module):
    """Adds up its samples, which no rule objects to."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim, self.rnn, self.fc, self.calls = dim, nn.GRU(2, 8, batch_first=True), nn.Linear(8, 2), 0

    def forward(self, steps: Tensor) -> Tensor:
        self.calls += 1
        return self.fc(self.rnn(steps.cumsum(self.dim))[0])


X = torch.randn(4, 9, 2)
CODES = {0: ["RNS601"], 1: []}


@pytest.mark.parametrize("dim", CODES)
def test_a_checked_module_is_probed_at_its_first_call(dim: int) -> None:
    model = rs.check(Walker(dim), axes="batch seq feature", on="record", probe=True)
    for _ in range(2):
        model(X)
    assert [finding.code for finding in rs.report_of(model).findings] == CODES[dim]
    assert model.calls == 2
    assert rs.report_of(model).counts.startswith("1 recurrent layer, 2 calls")


def test_one_of_a_checked_class_is_probed() -> None:
    @rs.check(axes="batch seq feature", on="record", probe=True)
    class Checked(Walker):
        pass

    Checked(0)(X)
    [finding] = rs.report_of(Checked).findings
    assert finding.code == "RNS601"
    assert finding.location is not None
    assert finding.location.code == "return self.fc(self.rnn(steps.cumsum(self.dim))[0])"


def test_a_meeting_is_never_raised() -> None:
    model = rs.check(Walker(0), axes="batch seq feature", probe=True)
    with pytest.warns(rs.RNNShapeWarning, match="RNS601"):
        model(X)


def test_a_function_cannot_be_copied() -> None:
    with pytest.raises(rs.SpecError) as caught:
        rs.check(lambda x: x, probe=True)
    assert str(caught.value) == (
        "probe=True: a function cannot be copied with the model that it calls; put check around the model"
    )


@pytest.mark.parametrize("track", [0, 3])
@pytest.mark.parametrize("named", [True, False])
def test_a_watched_model_is_probed_at_its_first_step(track: int, named: bool) -> None:
    model = Walker(0)
    with rs.watch(model if named else None, axes="batch seq feature", track=track, on="record", probe=True) as report:
        model.eval()(X)
        assert not report.findings
        model.train()(X)
        model(X)
    assert [finding.code for finding in report.findings] == ["RNS601"]
    assert model.calls == 3
    assert report.blind == (
        "an experiment was not made: number: samples meet, whatever their number",
        "an experiment was not made: padding: no input is known to be padded",
    )


@pytest.mark.parametrize("track", [0, 3])
def test_each_model_that_the_first_step_calls_is_probed(track: int) -> None:
    class Second(Walker):
        pass

    first, second, third = Walker(1), Second(0), Walker(0)
    with rs.watch(track=track, on="record", probe=True) as report:
        for step in range(2):
            (first(X).sum() + second(X).sum() + (third(X).sum() if step else 0)).backward()
    apart = "Walker was probed on a copy: in eval mode its samples are apart"
    assert report.probed == f"{apart}; Second was probed on a copy, in eval mode: RNS601"
    assert [finding.code for finding in report.findings] == ["RNS601"]
    assert (first.calls, second.calls, third.calls) == (2, 2, 1)


def test_the_run_of_the_copy_leaves_everything_as_it_is() -> None:
    outputs = []
    for probe in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(Walker(0), nn.Dropout(0.5), nn.BatchNorm1d(9))
        with rs.watch(model, axes="batch seq feature", track=3, on="record", probe=probe):
            output = model(X)
            output.square().sum().backward()
        outputs.append([output, torch.rand(3), *model.state_dict().values(), *(p.grad for p in model.parameters())])
    assert all(torch.equal(a, b) for a, b in zip(*outputs, strict=True))


def test_where_nothing_trains_that_is_said() -> None:
    model = Walker(0)
    with rs.watch(model, on="record", probe=True) as report:
        model.eval()(X)
    assert report.blind == ("no experiment was made: no model with a recurrent layer was called while it trains",)


def test_a_model_that_other_ranks_wait_for_is_not_copied() -> None:
    model = Walker(0)
    model.add_module("wrapped", nn.parallel.DistributedDataParallel.__new__(nn.parallel.DistributedDataParallel))
    nn.Module.__init__(model.wrapped)  # type: ignore[arg-type]
    influence = rs.probe(model, X, axes="batch seq feature")
    assert influence.untried == (
        "every run of a copy would talk to the other ranks; probe the model that is wrapped, on one of them",
    )


SCRIPT = """
import torch
from torch import nn

class Walker(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 8, batch_first=True)

    def forward(self, x):
        return self.rnn(x.cumsum(0))[0]

model, loss = Walker(), nn.MSELoss()
torch.manual_seed(3)
for step in range(2):
    x = torch.randn(4, 9, 2)
    loss(model(x), torch.zeros(4, 9, 8)).backward()
    print(f"{x.sum():.4f}")
"""


def test_a_script_that_is_run_with_probe(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    plain = forked.run("train.py", folder=tmp_path)
    done = forked.run("-m", "rnnshape", "run", "--probe", "--fail-on", "warning", "train.py", folder=tmp_path)
    assert plain.stdout.count("\n") == 2
    assert done.stdout == plain.stdout
    assert done.returncode == 3, done.stderr
    assert "RNS601 warning: samples that meet    train.py:" in done.stderr
    assert "they meet in cumsum" in done.stderr
    assert "2 calls" in done.stderr


class Clocked(nn.Module):
    """Lets time pass by the clock of one sample, before its cell has read anything."""

    def __init__(self, sample: int | slice) -> None:
        super().__init__()
        self.sample, self.fade, self.cell = sample, nn.Linear(8, 8), nn.GRUCell(2, 8)

    def forward(self, x: Tensor, clock: Tensor) -> Tensor:
        h = self.cell(x[:, 0])
        for t in range(1, x.size(1)):
            passed = (clock[self.sample, t] - clock[self.sample, t - 1]).reshape(-1, 1)
            h = self.cell(x[:, t], h + passed * self.fade(h))
        return h


@pytest.mark.parametrize(("sample", "codes"), [(0, ["RNS601"]), (slice(None), [])])
def test_what_a_loader_gave_has_samples_where_no_layer_says_so(sample: int | slice, codes: list[str]) -> None:
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.randn(12, 5, 2), torch.rand(12, 5).cumsum(1))
    model = Clocked(sample)
    with rs.watch(model, track=3, on="record", probe=True) as report:
        for x, clock in torch.utils.data.DataLoader(data, 4):
            model(x, clock).sum().backward()
    assert [finding.code for finding in report.findings] == codes


class Speaks(nn.Module):
    """Says one thing of each recording, whatever the order in which they come."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim, self.rnn, self.fc = dim, nn.GRU(3, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, frames: Tensor) -> Tensor:
        return self.fc(self.rnn(frames.cumsum(self.dim))[1][-1])


@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("dim", CODES)
def test_rows_that_a_script_has_mixed_before_the_model_keep_their_places(each: int, dim: int) -> None:
    model = Speaks(dim)
    with rs.watch(track=3, on="record", probe="auto") as report:
        for (frames,) in DataLoader(TensorDataset(torch.randn(24, each, 7, 3)), batch_size=6):
            rows = frames.flatten(0, 1)
            rows = rows[torch.randperm(len(rows))]
            model(rows).pow(2).mean().backward()
    assert [finding.code for finding in report.findings] == CODES[dim]
    assert (report.probed == "Speaks was probed on a copy: in eval mode its samples are apart") == (dim == 1)
