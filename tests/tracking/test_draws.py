"""Rows that a script draws in no order, in each step others, and of the targets the same: samples. Steps are not drawn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import rnnshape as rs
from rnnshape.tracking.by_hand import BY_HAND, WALKS
from rnnshape.tracking.draws import Numbers, are_a_grid, numbers_of

DRAWN = "samples were judged on dim {}, which the script's drawing in no order takes for its batch"
Pairs = Iterator[tuple[Tensor, Tensor]]


class Tagger(nn.Module):
    def __init__(self, batch_first: bool, features: int = 3) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(features, 8, batch_first=batch_first), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0]).squeeze(-1)


def trained(model: nn.Module, pairs: Pairs) -> rs.Report:
    torch.manual_seed(0)
    with rs.watch(track=3, on="record") as report:
        for x, y in pairs:
            F.mse_loss(model(x), y).backward()
    assert not [what for what in report.unfollowed if "mistake" in what], report.unfollowed
    return report


def codes(report: rs.Report) -> list[str]:
    return [f.code for f in report.findings]


def listed(number: int, of: int) -> Iterator[list[int]]:
    order = torch.randperm(of).tolist()
    return (order[i : i + number] for i in range(0, of, number))


def of_records(rows: Callable[[Tensor, list[int]], Tensor], size: int = 9) -> Pairs:
    x, y = torch.randn(45, 9, 3), torch.randn(45, 9)
    for chosen in listed(size, 45):
        yield rows(x, chosen), rows(y, chosen)


WAYS: dict[str, Callable[[Tensor, list[int]], Tensor]] = {
    "list": lambda t, rows: t[rows],
    "tensor": lambda t, rows: t[torch.tensor(rows)],
    "numpy": lambda t, rows: t[torch.tensor(rows).numpy()],
    "tuple": lambda t, rows: t[torch.tensor(rows), :],
    "index_select": lambda t, rows: t.index_select(0, torch.tensor(rows)),
    "stacked": lambda t, rows: torch.stack([t[row] for row in rows]),
    "stacked behind": lambda t, rows: torch.stack([t[row] for row in rows], dim=1).transpose(0, 1),
    "four": lambda t, rows: t[rows[:4]],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_layer_that_takes_what_was_drawn_for_its_steps_is_told(way: Callable[[Tensor, list[int]], Tensor]) -> None:
    report = trained(Tagger(batch_first=False), of_records(way))
    assert set(codes(report)) == {"RNS201"}
    assert report.findings[0].suggestion == "batch_first=True of the layer fits"
    assert report.assumed == (f"x: nobody has named the batch, so {DRAWN.format(0)}; axes= names it otherwise",)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_one_that_takes_it_for_its_batch_is_not(way: Callable[[Tensor, list[int]], Tensor]) -> None:
    assert codes(trained(Tagger(batch_first=True), of_records(way))) == []


class LastStep(nn.Module):
    """Returns what it makes of the last step, as it supposes: of the last sample, where the layer takes these for steps."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 8, batch_first=batch_first), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1]).squeeze(-1)


def of_classes() -> Pairs:
    x, y = torch.randn(45, 7, 3), torch.randn(45)
    for chosen in listed(9, 45):
        yield x[chosen], y[chosen]


def test_what_was_told_before_the_second_draw_is_taken_back() -> None:
    first = trained(LastStep(batch_first=False), itertools.islice(of_classes(), 1))
    assert codes(first) == ["RNS301"]  # nothing says yet which rows are samples, but the layer
    assert codes(trained(LastStep(batch_first=False), of_classes())) == ["RNS201"]
    assert codes(trained(LastStep(batch_first=True), of_classes())) == []


def test_what_is_wrong_whatever_was_drawn_stays() -> None:
    class Stacked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(3, 8, num_layers=2), nn.Linear(8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[1][0]).squeeze(-1)

    model, x, y = Stacked(), torch.randn(45, 7, 3), torch.randn(45)
    with rs.watch(track=3, on="record") as report:
        for chosen in listed(9, 45):
            (model(x[chosen]).sum() * y[chosen].sum()).backward()
    assert codes(report) == ["RNS305", "RNS201"]


def in_order(t: Tensor, rows: list[int]) -> Tensor:
    return t[sorted(rows)]


def round_a_buffer(t: Tensor, rows: list[int]) -> Tensor:
    return t[(torch.arange(9) + 40 + rows[0] % 3) % 45]


def in_short_runs(t: Tensor, rows: list[int]) -> Tensor:
    return t[[row % 44 + k for row in rows[:4] for k in (0, 1)]]


def always_the_same(t: Tensor, rows: list[int]) -> Tensor:
    return t[[7, 3, 20, 11, 40, 2]]


def all_of_them(t: Tensor, rows: list[int]) -> Tensor:
    return t[torch.randperm(45, generator=torch.Generator().manual_seed(rows[0]))]


@pytest.mark.parametrize("way", [in_order, round_a_buffer, in_short_runs, always_the_same, all_of_them])
def test_steps_may_have_been_cut_like_this(way: Callable[[Tensor, list[int]], Tensor]) -> None:
    report = trained(Tagger(batch_first=False), of_records(way))
    assert codes(report) == []
    assert not any(DRAWN.format(0) in said for said in report.assumed)


def test_rows_of_one_tensor_alone_may_be_the_words_of_a_text() -> None:
    def spelt() -> Pairs:
        table = torch.randn(70, 5, 3)
        for rows in listed(10, 70):
            yield table[rows], torch.randn(10, 5)

    assert codes(trained(Tagger(batch_first=False), spelt())) == []


def test_places_of_each_row_that_were_drawn_are_a_set() -> None:
    """Of curves some points are drawn, along the second dim of inputs and targets: a layer may read them one by one."""
    def points() -> Pairs:
        x, y = torch.randn(6, 50, 3), torch.randn(6, 50)
        for at in listed(10, 50):
            yield x[:, at], y[:, at]

    assert codes(trained(Tagger(batch_first=True), points())) == []


@pytest.mark.parametrize(("batch_first", "told"), [(False, set[str]()), (True, {"RNS201"})])
def test_columns_whose_targets_are_rows_are_samples(batch_first: bool, told: set[str]) -> None:
    def columns() -> Pairs:
        x, y = torch.randn(8, 50, 3), torch.randn(50, 8)
        for at in listed(10, 50):
            yield x[:, at], y[at].t()

    assert set(codes(trained(Tagger(batch_first), columns()))) == told


class Episode(nn.Module):
    """Learns from samples one after the other: they are its steps, and there is one episode."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.LSTM(3, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x.flatten(1)[:, :3].unsqueeze(1))[0]).view(-1)


def test_samples_that_are_the_steps_of_one_episode_are_not_blamed() -> None:
    def episodes() -> Pairs:
        x, y = torch.randn(60, 2, 3), torch.randn(60)
        for rows in listed(12, 60):
            yield x[rows], y[rows]

    assert codes(trained(Episode(), episodes())) == []


def test_windows_that_begin_anywhere_are_samples() -> None:
    def windows() -> Pairs:
        line = torch.randn(300, 3)
        for at in listed(12, 60):
            yield torch.stack([line[i : i + 9] for i in at]), torch.stack([line[i + 1 : i + 10, 0] for i in at])

    assert codes(trained(Tagger(batch_first=True), windows())) == []
    assert set(codes(trained(Tagger(batch_first=False), windows()))) == {"RNS201"}


def test_windows_that_slide_are_in_order() -> None:
    def windows() -> Pairs:
        line = torch.randn(300, 3)
        for first in range(0, 60, 12):
            at = range(first, first + 12)
            yield torch.stack([line[i : i + 9] for i in at]), torch.stack([line[i + 1 : i + 10, 0] for i in at])

    assert codes(trained(Tagger(batch_first=False), windows())) == []


class ByHand(nn.Module):
    """A recurrent model of which no layer is torch's.

    Args:
        mixes: whether its scores are cut from the steps as if they lay in front.
    """

    def __init__(self, mixes: bool) -> None:
        super().__init__()
        self.mixes = mixes
        self.old, self.new, self.fc = nn.Linear(8, 8), nn.Linear(3, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        h, scores = x.new_zeros(len(x), 8), []
        for t in range(x.size(1)):
            h = torch.tanh(self.new(x[:, t]) + self.old(h))
            scores.append(self.fc(h))
        made = torch.cat(scores, 1)
        return made.t().reshape(len(x), -1) if self.mixes else made


def of_windows() -> Pairs:
    x, y = torch.randn(45, 7, 3), torch.randn(45, 7)
    for chosen in listed(5, 45):
        yield x[chosen], y[chosen]


@pytest.mark.parametrize("mixes", [False, True])
def test_a_model_made_by_hand_is_judged_by_what_was_drawn(mixes: bool) -> None:
    report = trained(ByHand(mixes), of_windows())
    assert bool(codes(report)) == mixes
    by_a_loop = "samples were judged on dim 0, which a loop takes for its batch"
    assert report.assumed == (
        f"ByHand: {WALKS.format('dim 1 of x')}",
        f"x: nobody has named the batch, so {by_a_loop}; axes= names it otherwise",
    )
    assert not report.blind


class AllAtOnce(nn.Module):
    """A model that reads windows of steps, without any loop over them."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(21, 7)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1))


def test_that_a_model_made_by_hand_could_not_be_judged_is_said() -> None:
    x, y = torch.randn(9, 7, 3), torch.randn(9, 7)
    report = trained(AllAtOnce(), iter([(x, y)]))
    assert codes(report) == []
    assert report.blind == (f"AllAtOnce: {BY_HAND}",)


def test_what_is_called_beside_a_recurrent_layer_is_no_recurrent_model_made_by_hand() -> None:
    head, tagger = nn.Linear(1, 1), Tagger(batch_first=True)
    torch.manual_seed(0)
    with rs.watch(track=3, on="record") as report:
        for _ in range(2):
            head(torch.randn(9, 1)).sum().backward()
            tagger(torch.randn(9, 7, 3)).sum().backward()
    assert not [said for said in report.blind if BY_HAND in said]


@pytest.mark.parametrize("index", [(0, [1, 2]), ([1, 2], [0, 1]), [[0, 1]], 3, slice(2), [True, False], (None, [0, 1])])
def test_an_index_that_lists_no_rows_of_one_dim(index: object) -> None:
    assert numbers_of("__getitem__", (torch.zeros(2, 2), index)) is None


def test_the_rows_that_an_index_lists() -> None:
    x = torch.zeros(5, 5)
    made = numbers_of("__getitem__", (x, [3, 1]))
    assert made is not None
    assert made[1:] == (0, (3, 1))
    assert numbers_of("index_select", (x, 1, torch.tensor([3, 1]))) == Numbers(made.key, 1, (3, 1))
    assert numbers_of("index_select", (x, -1, torch.tensor([3, 1]))) is None


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ([1, 4, 0, 7, 10, 6, 13, 16, 12], True),  # columns 1, 4 and 0 of three rows of six
        ([5, 2, 11, 8, 17, 14], True),
        ([3, 9, 15, 4, 10, 16], True),  # two runs through the same rows
        ([1, 4, 0, 7, 10, 6, 13, 16, 11], False),
        ([0, 1, 2, 3, 4, 5], False),  # one run: nothing tells two axes
        ([5, 4, 3, 2, 1, 0], False),
        ([1, 3, 2, 4], False),  # by chance
        ([4, 1, 7, 0, 9, 3], False),
        ([4, 1, 7, 0, 9, 3, 2], False),
        ([], False),
    ],
)
def test_numbers_of_a_grid(listed: list[int], wanted: bool) -> None:
    assert are_a_grid(listed) is wanted


def by_number(rows: list[list[int]]) -> Pairs:
    x, y = torch.randn(45, 9, 3), torch.randn(45, 9)
    for chosen in rows:
        yield x[chosen], y[chosen]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([[1, 4, 8, 15, 20, 11], [9, 5, 14, 26, 30, 37], [13, 2, 16, 23, 40, 42]], ["RNS201"]),  # each goes down but once
        ([[1, 4, 8, 15, 20, 31], [5, 9, 14, 26, 30, 37], [2, 13, 16, 23, 40, 42]], []),  # moments of a film, say
        ([[3, 4, 5, 0, 1, 2], [12, 13, 14, 9, 10, 11], [21, 22, 23, 18, 19, 20]], []),  # runs that changed places
    ],
    ids=["in no order", "sorted", "runs"],
)
def test_a_few_rows_may_be_in_order_by_chance_and_those_of_all_steps_are_not(rows: list[list[int]], told: list[str]) -> None:
    report = trained(Tagger(batch_first=False), by_number(rows))
    assert codes(report) == told


def test_a_target_that_was_drawn_is_known_as_one_of_a_loader_is() -> None:
    """Its other dims too, so that steps show that lie along those of the output."""

    def off(levels: Tensor, target: Tensor) -> Tensor:
        return (target[:, None, :] - levels).square().mean()

    class Levels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(3, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[0])

    model = Levels()
    with rs.watch(track=3, on="record") as report:
        for x, y in of_records(WAYS["list"]):
            off(model(x), y).backward()
    assert codes(report) == ["RNS504"]
    with rs.watch(track=3, on="record") as report:
        for x, y in of_records(WAYS["list"]):
            off(model(x), y[..., None].transpose(1, 2).squeeze(1)[..., None].squeeze(-1)).backward()
    assert codes(report) == ["RNS504"]
    with rs.watch(track=3, on="record") as report:
        for x, y in of_records(WAYS["list"]):
            F.mse_loss(model(x), y[..., None]).backward()
    assert codes(report) == []
