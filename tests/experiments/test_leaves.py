"""What one tensor of the output has to do with the samples."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs


class Choir(nn.Module):
    """Sings frame by frame until a voice is silent: its own, or that of anybody."""

    def __init__(self, alone: bool) -> None:
        super().__init__()
        self.alone, self.cell = alone, nn.GRUCell(3, 3)

    def forward(self, start: Tensor, ends: Tensor) -> Tensor:
        h, going, frames = start, torch.ones(len(start), 1), []
        for t in range(4):
            h = self.cell(h)
            frames.append(h * going)
            sings = ends[:, t : t + 1] < 0
            going = going * (sings if self.alone else sings.all(0, keepdim=True))
        return torch.stack(frames, 1)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("samples", [3, 6])
def test_one_sample_that_stops_all_has_met_them(alone: bool, samples: int) -> None:
    torch.manual_seed(0)
    ends = -torch.ones(samples, 4)
    ends[1, 1] = 1.0
    influence = rs.probe(Choir(alone), torch.randn(samples, 3), ends, axes=("batch feature", "batch seq"))
    assert influence.samples is not None
    assert influence.samples.verdict == ("apart" if alone else "together")
    assert [finding.code for finding in influence.findings] == ([] if alone else ["RNS601"])
    if not alone:
        assert influence.samples.evidence[0].startswith("changing sample 1 changes ")


class Chosen(nn.Module):
    """Leaves some samples out, before its layer or behind it, by flags that it is given or by what is in them."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where, self.rnn = where, nn.GRU(3, 8, batch_first=True)

    def forward(self, x: Tensor, flags: Tensor) -> Tensor:
        chosen = flags.bool()
        states = self.rnn(x[chosen] if self.where == "before" else x)[0][:, -1]
        return states if self.where == "before" else states[chosen]


FLAGS = torch.tensor([1, 0, 1, 1, 0, 1])


@pytest.mark.parametrize("where", ["before", "behind"])
@pytest.mark.parametrize("flags", [FLAGS, FLAGS.bool(), FLAGS.float()], ids=["whole numbers", "bool", "float"])
def test_samples_that_flags_leave_out_are_not_lost_and_move_the_others_up(where: str, flags: Tensor) -> None:
    x = torch.randn(6, 5, 3, generator=torch.Generator().manual_seed(0))
    influence = rs.probe(Chosen(where), x, flags, axes=("batch seq feature", "batch"))
    assert influence.samples is not None
    assert influence.order is not None
    assert (influence.samples.verdict, influence.order.verdict) == ("apart", "apart")
    assert influence.findings == ()


def test_chosen_samples_that_meet_are_told() -> None:
    class Met(Chosen):
        def forward(self, x: Tensor, flags: Tensor) -> Tensor:
            return super().forward(x, flags).cumsum(0)

    x = torch.randn(6, 5, 3, generator=torch.Generator().manual_seed(0))
    influence = rs.probe(Met("behind"), x, FLAGS, axes=("batch seq feature", "batch"))
    assert [finding.code for finding in influence.findings if finding.severity != "info"] == ["RNS601"]


def test_a_sample_that_is_lost_whatever_lengths_say_is_told() -> None:
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(3, 8, batch_first=True)

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            return self.rnn(x)[0][-1]

    x = torch.randn(6, 5, 3, generator=torch.Generator().manual_seed(0))
    influence = rs.probe(Last(), x, torch.tensor([5, 3, 4, 2, 5, 1]), axes=("batch seq feature", "batch"))
    assert [finding.code for finding in influence.findings if finding.severity != "info"] == ["RNS606"]


def test_a_sample_whose_row_is_nothing_but_filling_is_lost_though_it_is_read_with_other_lengths() -> None:
    class LastColumn(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(3, 8, batch_first=True)

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            return nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True, padding_value=-1.0)[0][:, -1]

    x = torch.randn(4, 5, 3, generator=torch.Generator().manual_seed(0))
    influence = rs.probe(LastColumn(), x, torch.tensor([5, 3, 5, 4]), axes=("batch seq feature", "batch"))
    assert [finding.code for finding in influence.findings if finding.severity != "info"] == ["RNS606"]
