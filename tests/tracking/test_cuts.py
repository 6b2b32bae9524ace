"""Minibatches that a script cuts by hand: what one index picks from inputs and targets are the same samples of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs

SAMPLES, STEPS, BATCH = 24, 6, 6
"""As many samples as steps: sizes tell nothing of which is which."""


class Tagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(7, 4), nn.GRU(4, 8), nn.Linear(8, 7)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(self.embed(x).transpose(0, 1))[0])


Pair = tuple[Tensor, Tensor]
Cut = Callable[[Tensor, Tensor, int], Pair]


def slices(x: Tensor, y: Tensor, i: int) -> Pair:
    return x[i : i + BATCH], y[i : i + BATCH]


def drawn(x: Tensor, y: Tensor, i: int) -> Pair:
    order = torch.arange(SAMPLES - 1, -1, -1)
    return x[order[i : i + BATCH]], y[order[i : i + BATCH]]


def listed(x: Tensor, y: Tensor, i: int) -> Pair:
    order = list(range(i, i + BATCH))
    return x[order], y[order]


def split(x: Tensor, y: Tensor, i: int) -> Pair:
    return x.split(BATCH)[i // BATCH], y.split(BATCH)[i // BATCH]


def moved(x: Tensor, y: Tensor, i: int) -> Pair:
    return x[i : i + BATCH].to(torch.int64).clone(), y[i : i + BATCH].long()


def of_training_data(x: Tensor, y: Tensor, i: int) -> Pair:
    x, y = x[:-SAMPLES // 4], y[:-SAMPLES // 4]
    return x[i : i + BATCH], y[i : i + BATCH]


def drawn_of_training_data(x: Tensor, y: Tensor, i: int) -> Pair:
    x, y = x[SAMPLES // 4 :], y[SAMPLES // 4 :]
    order = torch.tensor([7, 3, 0, 12, 5, 1]) + i // BATCH
    return x[order], y[order]


def split_in_two(x: Tensor, y: Tensor, i: int) -> Pair:
    x, y = x.split(SAMPLES // 2)[0], y.split(SAMPLES // 2)[0]
    return x[i : i + BATCH], y[i : i + BATCH]


def with_steps(x: Tensor, y: Tensor, i: int) -> Pair:
    order = torch.arange(SAMPLES - 1, -1, -1)[i : i + BATCH]
    return x[order, :], y[order, ...]


def train(cut: Cut, flatten: Callable[[Tensor], Tensor], steps: int = 2) -> rs.Report:
    torch.manual_seed(0)
    model, x, y = Tagger(), torch.randint(7, (SAMPLES, STEPS)), torch.randint(7, (SAMPLES, STEPS))
    with rs.watch(model, track=2, on="record") as report:
        for i in range(0, steps * BATCH, BATCH):
            xb, yb = cut(x, y, i)
            F.cross_entropy(model(xb).reshape(-1, 7), flatten(yb)).backward()
    assert report.unfollowed == ()
    return report


CUTS = [slices, drawn, listed, split, moved, of_training_data, drawn_of_training_data, split_in_two, with_steps]


@pytest.mark.parametrize("cut", CUTS)
def test_samples_of_inputs_and_targets_that_one_index_picked_are_the_same(cut: Cut) -> None:
    right, wrong = train(cut, lambda y: y.t().reshape(-1)), train(cut, lambda y: y.reshape(-1))
    assert right.findings == ()
    (finding,) = wrong.findings
    assert finding.code == "RNS502"
    assert finding.message == "row 1 of the scores is sample 1 step 0, of the target sample 0"
    assert not [said for said in right.blind if "target of" in said]


def apart(x: Tensor, y: Tensor, i: int) -> Pair:
    return x[i : i + BATCH], y[i : i + BATCH + 1][:BATCH]


def test_what_another_index_picked_is_unknown_and_that_is_said() -> None:
    report = train(apart, lambda y: y.reshape(-1))
    assert report.findings == ()
    assert [said for said in report.blind if said.startswith("the target of cross_entropy: whose rows they are is not known")]


class Rows(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[1][0])


@pytest.mark.parametrize(("turned", "codes"), [(True, []), (False, ["RNS203"])])
def test_rows_that_a_view_has_scrambled_before_any_layer_are_seen(turned: bool, codes: list[str]) -> None:
    model, x, y = Rows(), torch.randn(SAMPLES, 9, 4), torch.arange(SAMPLES) % 3
    with rs.watch(model, track=1, on="record") as report:
        xb = x[:BATCH].transpose(0, 1) if turned else x[:BATCH].view(9, BATCH, 4)
        F.cross_entropy(model(xb), y[:BATCH]).backward()
    assert [finding.code for finding in report.findings] == codes


@pytest.mark.parametrize(
    ("flatten", "codes"),
    [(lambda y: y.reshape(-1), ["RNS502"]), (lambda y: y.t().reshape(-1), []), (lambda y: y.flatten(), ["RNS502"])],
)
def test_a_target_of_other_sizes_was_flattened_the_other_way(flatten: Callable[[Tensor], Tensor], codes: list[str]) -> None:
    model = Tagger()
    with rs.watch(model, track=1, on="record") as report:
        scores = model(torch.randint(7, (4, 9)))
        F.cross_entropy(scores.view(-1, 7), flatten(torch.stack([torch.arange(9) % 7] * 4))).backward()
    assert [finding.code for finding in report.findings] == codes


def test_windows_that_are_stacked_are_no_rows_of_one_index() -> None:
    model, series = Rows(), torch.randn(40, 4)
    with rs.watch(model, track=1, on="record") as report:
        x = torch.stack([series[i : i + 9] for i in range(BATCH)], 1)
        F.cross_entropy(model(x), torch.arange(BATCH) % 3).backward()
    assert report.findings == ()
    assert report.unfollowed == ()


def test_data_that_are_made_of_many_slices_are_left_alone() -> None:
    model, series = Rows(), torch.randn(900, 4)
    with rs.watch(model, track=1, on="record") as report:
        kept = [series[i : i + 9] for i in range(800)]
        late = series[:BATCH].view(1, BATCH, 4)
        model(late)
    assert len(kept) == 800
    assert report.findings == ()


def told_of_a_line(cut: Callable[[Tensor], Tensor]) -> list[str]:
    model, data = Rows(), cut(torch.arange(480.0))
    with rs.watch(model, track=3) as report:
        for first in range(0, 9, 3):
            F.cross_entropy(model(data[first : first + 3]), torch.arange(5) % 3).backward()
    assert report.findings == ()
    return [said for said in report.blind if "cut from one line" in said]


def test_a_line_that_was_dealt_out_among_the_samples_is_said() -> None:
    (said,) = told_of_a_line(lambda line: line.view(24, 5, 4))
    assert "neighbours are different samples, and each has one of every 5" in said


def test_a_line_whose_pieces_are_samples_is_not() -> None:
    assert told_of_a_line(lambda line: line.view(5, 24, 4).transpose(0, 1)) == []


class Pieces(nn.Module):
    """Reads the pieces of long records one after the other: no layer takes the samples as they came for its batch."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.right, self.rnn, self.fc = right, nn.GRU(2, 4, batch_first=True), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        n, steps, width = x.shape
        pieces = x.reshape(n, 4, -1, width).transpose(0, 1) if self.right else x.reshape(4, n, -1, width)
        h, read = None, []
        for piece in pieces:
            out, h = self.rnn(piece, h)
            read.append(self.fc(out))
        made = torch.stack(read)
        return (made.transpose(0, 1) if self.right else made).reshape(n, steps, 1)


def records(right: bool, alike: bool, track: int = 3) -> rs.Report:
    torch.manual_seed(0)
    model, x, y = Pieces(right), torch.randn(18, 20, 2), torch.randn(18, 20, 1)
    with rs.watch(track=track, on="record") as report:
        for i in range(0, 18, 6):
            rows = [*range(i, i + 6)]
            F.mse_loss(model(x[rows]), y[rows if alike else torch.tensor(rows).int()]).backward()
    return report


def test_rows_that_are_cut_as_those_of_the_target_are_supposed_to_be_samples() -> None:
    assert {f.code for f in records(right=False, alike=True).findings} == {"RNS501"}
    right = records(right=True, alike=True)
    assert right.findings == ()
    by = "samples were judged on dim 0, which Pieces.rnn (GRU) takes for its batch"
    assert right.assumed == (f"x: nobody has named the batch, so {by}; axes= names it otherwise",)


def test_rows_that_nothing_else_was_cut_as_are_not() -> None:
    report = records(right=False, alike=False)
    assert report.findings == ()
    assert any("no layer takes a whole dim for its batch" in said for said in report.blind)


def test_steps_that_are_cut_as_those_of_the_target_are_steps_all_the_same() -> None:
    """A language model reads (steps, samples), some steps at a time, and its target is cut alike."""
    class Next(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.rnn, self.fc = nn.Embedding(9, 4), nn.GRU(4, 8), nn.Linear(8, 9)

        def forward(self, ids: Tensor) -> Tensor:
            ids = self.words(ids)
            return self.fc(self.rnn(ids / ids.norm(dim=0, keepdim=True))[0])

    for samples in (4, 5):
        model, words = Next(), torch.randint(9, (31, samples))
        inputs, targets = words[:-1], words[1:].clone()
        with rs.watch(track=3, on="record") as report:
            for i in range(0, 30, 5):
                F.cross_entropy(model(inputs[i : i + 5]).flatten(0, 1), targets[i : i + 5].flatten()).backward()
        assert report.findings == ()
        (said,) = [said for said in report.assumed if said.startswith("ids")]
        assert "judged on dim 1, which Next.rnn (GRU) takes for its batch" in said


def test_what_is_known_of_a_cut_target_does_not_go_by_what_was_known_of_others_before() -> None:
    """The operations of a loss are remembered: not those of a target of which nothing was known for one that was cut."""

    def train(x: Tensor, y: Tensor, cut: bool) -> list[str]:
        model = nn.GRU(4, 1, batch_first=True)
        with rs.watch(track=3, on="record") as report:
            for start in range(0, len(x), 6):
                at = slice(start, start + 6)
                rows, targets = (x[at], y[at]) if cut else (torch.randn(6, 7, 4), torch.randn(6))
                (model(rows)[1][-1] * targets).mean().backward()
        return [finding.code for finding in report.findings]

    x, y = torch.randn(18, 7, 4), torch.randn(18)
    assert train(x, y, cut=False) == []
    assert train(x, y, cut=True) == ["RNS504"]
