"""RNS227, RNS228 and RNS231: numbers that come twice in an index, count within one sample, or are too few for a dim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

WORDS = torch.tensor([[1, 2, 1, 3, 2], [4, 4, 5, 5, 6], [0, 1, 2, 3, 4]])


def written(forward: Callable[[Any, Tensor, Tensor], Tensor], words: Tensor = WORDS) -> list[rs.Finding]:
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), score=nn.Linear(8, 1))
    x = torch.randn(*words.shape, 4)
    report = rs.diagnose(model, x, words, axes=("batch seq feature", "batch seq"))
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


def weights(m: Any, x: Tensor) -> Tensor:
    return m.score(m.rnn(x)[0]).squeeze(2).softmax(1)


def assigned(m: Any, x: Tensor, words: Tensor) -> Tensor:
    found = torch.zeros(len(words), 8)
    found[torch.arange(len(words))[:, None], words] = weights(m, x)
    return found


@pytest.mark.parametrize(
    ("forward", "name", "place"),
    [
        pytest.param(lambda m, x, w: torch.zeros(3, 8).scatter(1, w, weights(m, x)), "scatter", "(0, 1)", id="scatter"),
        pytest.param(lambda m, x, w: torch.zeros(3, 8).scatter_(-1, w, weights(m, x)), "scatter_", "(0, 1)", id="in place"),
        pytest.param(assigned, "__setitem__", "(0, 1)", id="an assignment"),
        pytest.param(
            lambda m, x, w: torch.zeros(3, 8).index_put((torch.arange(3)[:, None], w), weights(m, x)),
            "index_put", "(0, 1)", id="index_put",
        ),
    ],
)  # fmt: skip
def test_values_that_overwrite_one_another_are_found(forward: Any, name: str, place: str) -> None:
    (finding,) = written(forward)
    assert (finding.code, finding.severity) == ("RNS227", "warning")
    several = f"4 places of (3, 8) get several values, such as {place}"
    assert finding.message == f"{name} writes values over others: {several}, and which one is left, nothing says"


def test_so_are_rows_that_index_copy_writes() -> None:
    order = torch.tensor([1, 2, 1, 3, 2])
    (finding,) = written(lambda m, x, w: torch.zeros(3, 8).index_copy(1, order, weights(m, x)))
    several = "6 places of (3, 8) get several values, such as (0, 1)"
    assert finding.message == f"index_copy writes values over others: {several}, and which one is left, nothing says"


def padded(m: Any, x: Tensor, words: Tensor) -> Tensor:
    """What is not needed goes to a column of its own."""
    where = torch.arange(5).expand(3, 5).masked_fill(words < 2, 5)
    return torch.zeros(3, 6).scatter(1, where, weights(m, x))[:, :5]


SUMS = {"accumulate": True}


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x, w: torch.zeros(3, 8).scatter_add(1, w, weights(m, x)), id="a sum"),
        pytest.param(lambda m, x, w: torch.zeros(3, 8).scatter_reduce(1, w, weights(m, x), "amax"), id="the largest"),
        pytest.param(
            lambda m, x, w: torch.zeros(3, 8).index_put((torch.arange(3)[:, None], w), weights(m, x), **SUMS), id="index_put"
        ),
        pytest.param(lambda m, x, w: torch.zeros(3, 8).scatter(1, w, 1.0) * m.rnn(x)[1][-1], id="one number"),
        pytest.param(lambda m, x, w: torch.zeros(3, 5).scatter(1, (y := weights(m, x)).argsort(1), y), id="an order"),
        pytest.param(lambda m, x, w: (y := m.rnn(x)[1][-1]).scatter(1, w, y.gather(1, w) / 2), id="the same value twice"),
        pytest.param(padded, id="a column for what is not needed"),
        pytest.param(
            lambda m, x, w: m.rnn(x)[0] + torch.zeros(3, 8).scatter(1, w, torch.arange(5.0).expand(3, 5))[:, None],
            id="numbers without a gradient",
        ),
    ],
)
def test_values_that_stay_are_silent(forward: Any) -> None:
    assert written(forward) == []


def told(forward: Forward, *, batch: int = 4, steps: int = 6, nodes: int = 3) -> list[rs.Finding]:
    model = Sketch(forward, tell=nn.Linear(4, 4), rnn=nn.GRU(4, 8, batch_first=True))
    report = rs.diagnose(model, torch.randn(batch, steps, nodes, 4), axes="batch seq node feature")
    return [finding for finding in report.findings if not finding.code.startswith("RNS6")]


SOURCES, SINKS = torch.tensor([0, 1, 2, 0]), torch.tensor([1, 2, 0, 2])


def added(m: Any, x: Tensor, sources: Tensor, sinks: Tensor) -> Tensor:
    rows = x.flatten(0, 2)
    found = rows + torch.zeros_like(rows).index_add(0, sinks, m.tell(rows)[sources])
    return m.rnn(found.view(x.shape).flatten(2)[..., :4])[0]


def scattered(m: Any, x: Tensor, sources: Tensor, sinks: Tensor) -> Tensor:
    rows = x.reshape(-1, 4)
    found = rows.scatter_add(0, sinks[:, None].expand(-1, 4), m.tell(rows.index_select(0, sources)))
    return m.rnn(found.view(x.shape)[:, :, 0])[0]


def gathered(m: Any, x: Tensor, sources: Tensor, sinks: Tensor) -> Tensor:
    rows = m.tell(x).view(-1, 4)
    found = rows.index_add(0, sinks, torch.gather(rows, 0, sources[:, None].expand(-1, 4)))
    return m.rnn(found.view(x.shape)[:, :, 0])[0]


@pytest.mark.parametrize("sizes", [{}, {"batch": 3, "steps": 3}, {"batch": 4, "steps": 4, "nodes": 4}], ids=str)
@pytest.mark.parametrize(
    ("function", "picks", "adds"),
    [(added, "index", "index_add"), (scattered, "index_select", "scatter_add"), (gathered, "gather", "index_add")],
)
def test_rows_of_one_sample_are_found(function: Any, picks: str, adds: str, sizes: dict[str, int]) -> None:
    (finding,) = told(lambda m, x: function(m, x, SOURCES, SINKS), **sizes)
    assert (finding.code, finding.severity) == ("RNS228", "error")
    counts = "its numbers count within one sample, its rows are those of all"
    rows = {"batch": 4, "steps": 6, "nodes": 3} | sizes
    before = f"({rows['batch'] * rows['steps'] * rows['nodes']}, 4)"
    assert finding.message == f"{picks} of {before} takes rows of sample 0 alone, and {adds} adds them up: {counts}"


@pytest.mark.parametrize("function", [added, scattered, gathered])
def test_numbers_that_count_through_all_samples_are_silent(function: Any) -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        first = x.size(2) * torch.arange(x.size(0) * x.size(1))[:, None]
        return function(m, x, (first + SOURCES).flatten(), (first + SINKS).flatten())

    assert told(forward) == []


def test_edges_of_each_graph_by_itself_are_silent() -> None:
    def forward(m: Any, x: Tensor) -> Tensor:
        return m.rnn(x.index_add(2, SINKS, m.tell(x)[:, :, SOURCES])[:, :, 0])[0]

    assert told(forward) == []


def test_a_batch_of_one_is_judged_with_the_sample_twice() -> None:
    (finding,) = told(lambda m, x: added(m, x, SOURCES, SINKS), batch=1)
    assert finding.code == "RNS228"


# RNS231


LENGTHS = torch.tensor([5, 3, 4])


def gathered(forward: Callable[[Any, Tensor, Tensor], Tensor]) -> tuple[rs.Finding, ...]:
    model = Sketch(forward, rnn=nn.GRU(4, 8, batch_first=True), score=nn.Linear(8, 6))
    return rs.diagnose(model, torch.randn(3, 5, 4), LENGTHS, axes=("batch seq feature", "batch")).findings


def chosen(m: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    scores = m.score(m.rnn(x)[0]).log_softmax(-1)
    return scores, scores.argmax(-1, keepdim=True)


@pytest.mark.parametrize(
    ("forward", "first_of", "sizes"),
    [
        pytest.param(
            lambda m, x, n: m.rnn(x)[0].gather(1, (n - 1).view(-1, 1, 1)).squeeze(),
            "dim 2, hidden=8", "(3, 1, 1) for (3, 5, 8), and gather takes along dim 1", id="a last state",
        ),
        pytest.param(
            lambda m, x, n: torch.gather(m.rnn(x)[0].transpose(0, 1), 0, (n - 1).view(1, -1, 1))[0],
            "dim 2, hidden=8", "(1, 3, 1) for (5, 3, 8), and gather takes along dim 0", id="of what is time-first",
        ),
        pytest.param(
            lambda m, x, n: torch.gather(input=m.rnn(x)[0], dim=-2, index=(n - 1)[:, None, None])[:, 0],
            "dim 2, hidden=8", "(3, 1, 1) for (3, 5, 8), and gather takes along dim 1", id="by names",
        ),
        pytest.param(
            lambda m, x, n: m.rnn(x)[0].gather(2, (n - 1).view(-1, 1, 1)).squeeze(),
            "dim 1, seq=5", "(3, 1, 1) for (3, 5, 8), and gather takes along dim 2", id="one step",
        ),
    ],
)  # fmt: skip
def test_an_index_that_reaches_only_the_first_is_told_of(forward: Any, first_of: str, sizes: str) -> None:
    (finding,) = (f for f in gathered(forward) if f.code == "RNS231")
    assert finding.severity == "warning"
    assert finding.message == f"gather reads only the first of {first_of}: its index is {sizes}"


def test_scores_of_targets_that_are_sought_along_the_steps_are_those_of_class_0() -> None:
    def forward(m: Any, x: Tensor, n: Tensor) -> Tensor:
        scores, best = chosen(m, x)
        return scores.gather(1, best.clamp(max=4))

    (finding,) = gathered(forward)
    sizes = "its index is (3, 5, 1) for (3, 5, 6), and gather takes along dim 1"
    assert finding.message.startswith("gather reads only the first of dim 2, ")
    assert finding.message.endswith(sizes)


@pytest.mark.parametrize(
    "forward",
    [
        pytest.param(lambda m, x, n: m.rnn(x)[0].gather(1, (n - 1).view(-1, 1, 1).expand(-1, 1, 8))[:, 0], id="expanded"),
        pytest.param(lambda m, x, n: m.rnn(x)[0].take_along_dim((n - 1).view(-1, 1, 1), 1)[:, 0], id="which broadcasts"),
        pytest.param(lambda m, x, n: chosen(m, x)[0].gather(2, chosen(m, x)[1]), id="along the classes"),
        pytest.param(lambda m, x, n: m.rnn(x)[0][:, -1].gather(1, n.view(-1, 1)), id="a unit of each sample"),
        pytest.param(lambda m, x, n: m.rnn(x)[0][:, :, :1].gather(1, (n - 1).view(-1, 1, 1)), id="of one unit"),
        pytest.param(lambda m, x, n: m.rnn(x)[0].gather(1, (n - 1).view(-1, 1, 1).repeat(1, 2, 8))[:, 0], id="two of each"),
    ],
)
def test_an_index_as_wide_as_what_it_picks_from_is_silent(forward: Any) -> None:
    assert gathered(forward) == ()


def test_what_was_expanded_has_nothing_but_its_first() -> None:
    def forward(m: Any, x: Tensor, n: Tensor) -> Tensor:
        times = torch.arange(5.0).view(1, 5, 1).expand(3, 5, 8)
        return m.score(m.rnn(x)[0][:, -1]) + times.gather(1, (n - 1).view(-1, 1, 1))[:, 0]

    assert gathered(forward) == ()
