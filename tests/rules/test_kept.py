"""RNS316: views of memory that was written to afterwards are one step, however often they are kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402

import rnnshape as rs  # noqa: E402

Loop = Callable[[nn.GRUCell, Tensor], Tensor]


class Model(nn.Module):
    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self.cell, self.fc, self.loop = nn.GRUCell(4, 8), nn.Linear(8, 3), loop

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.loop(self.cell, x))


def said(loop: Loop, sizes: tuple[int, int] = (9, 6)) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    report = rs.diagnose(Model(loop), torch.randn(*sizes, 4), axes="seq batch feature", probe=False)
    return [(f.code, f.message) for f in report.findings if f.severity != "info"]


def of_a_row(cell: nn.GRUCell, x: Tensor) -> Tensor:
    states, kept = x.new_zeros(2, x.size(1), 8), []
    for step in x:
        states[1] = cell(step, states[1].clone())
        kept.append(states[1])
    return torch.stack(kept)


def of_rows_by_a_mask(cell: nn.GRUCell, x: Tensor) -> Tensor:
    state, kept = x.new_zeros(x.size(1), 8), []
    real = torch.arange(x.size(1)) < 3
    for step in x:
        state[real] = cell(step, state.clone())[real]
        kept.append(state.view(1, -1, 8))
    return torch.cat(kept)


def of_columns(cell: nn.GRUCell, x: Tensor) -> Tensor:
    state, kept = x.new_zeros(x.size(1), 16), []
    for step in x:
        state[:, 8:] = cell(step, state[:, 8:].clone())
        kept += [state[:, 8:]]
    return torch.stack(kept)


@pytest.mark.parametrize("sizes", [(9, 6), (6, 6)])
@pytest.mark.parametrize(("loop", "name"), [(of_a_row, "stack"), (of_rows_by_a_mask, "cat"), (of_columns, "stack")])
def test_views_that_were_written_to(loop: Loop, name: str, sizes: tuple[int, int]) -> None:
    memory = f"{name} puts {sizes[0]} tensors together that are the same memory"
    what = f"{memory}, which was written to after they were taken: all of them show what was written last"
    assert said(loop, sizes) == [("RNS316", what)]


def copies(cell: nn.GRUCell, x: Tensor) -> Tensor:
    state, kept = x.new_zeros(x.size(1), 8), []
    for step in x:
        state.copy_(cell(step, state.clone()))
        kept.append(state * 1.0)
    return torch.stack(kept)


def another_row_is_written(cell: nn.GRUCell, x: Tensor) -> Tensor:
    states, kept = x.new_zeros(2, x.size(1), 8), []
    states[0] = cell(x[0])
    for step in x:
        states[1] = cell(step, states[1].clone())
        kept.append(torch.cat([states[0], states[1]], dim=1).narrow(1, 0, 8))
        kept.append(states[0])
    return torch.stack(kept)


def other_columns_are_written(cell: nn.GRUCell, x: Tensor) -> Tensor:
    state, first = x.new_zeros(x.size(1), 2, 8), []
    state[:, 0] = cell(x[0])
    for step in x:
        state[:, 1] = cell(step, state[:, 1].clone())
        first.append(state[:, 0])
    return torch.stack(first)


def a_row_for_each_step(cell: nn.GRUCell, x: Tensor) -> Tensor:
    states, h, kept = x.new_zeros(len(x), x.size(1), 8), None, []
    for t, step in enumerate(x):
        h = cell(step, h)
        states[t] = h
        kept.append(states[t])
    return torch.stack(kept)


def one_tensor_many_times(cell: nn.GRUCell, x: Tensor) -> Tensor:
    state = cell(x[0]).clone()
    state.mul_(2.0)
    return torch.stack([state] * 4 + [state.view(-1, 8), state.view(-1, 8)])


def written_before_they_were_taken(cell: nn.GRUCell, x: Tensor) -> Tensor:
    states = x.new_zeros(2, x.size(1), 8)
    for step in x:
        states[0] = cell(step, states[0].clone())
    return torch.stack([states[0], states[0], states[-2]])


def written_in_the_step_that_is_kept(cell: nn.GRUCell, x: Tensor) -> Tensor:
    h, kept = None, []
    for step in x:
        h = cell(step, h)
        doubled = h * 2
        doubled.relu_()
        kept += [doubled, doubled.view(-1, 8)]
    return torch.stack(kept)


def a_window_that_moves_on(cell: nn.GRUCell, x: Tensor) -> Tensor:
    window, h, kept = x.new_zeros(3, x.size(1), 8), None, []
    for step in x:
        h = cell(step, h)
        window = torch.cat([window[1:], h.unsqueeze(0)])
        window[0].mul_(0.5)
        kept.append(window[0])
    return torch.stack(kept)


@pytest.mark.parametrize("sizes", [(9, 6), (6, 6)])
@pytest.mark.parametrize("loop", [
    copies, another_row_is_written, other_columns_are_written, a_row_for_each_step, one_tensor_many_times,
    written_before_they_were_taken, written_in_the_step_that_is_kept, a_window_that_moves_on,
])  # fmt: skip
def test_what_was_not_overwritten(loop: Loop, sizes: tuple[int, int]) -> None:
    assert [code for code, _ in said(loop, sizes) if code != "RNS311"] == []  # some use the first state only


def test_the_edit_names_what_is_kept() -> None:
    report = rs.diagnose(Model(of_a_row), torch.randn(9, 6, 4), axes="seq batch feature")
    (finding,) = report.findings
    assert finding.suggestion == "states[1].clone() keeps each as it was"
    assert finding.location is not None
    assert finding.location.code == "kept.append(states[1])"
    assert finding.used_at is not None
    assert finding.used_at.code == "return torch.stack(kept)"
