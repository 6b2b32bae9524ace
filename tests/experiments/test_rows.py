"""Parameters with a row for each place in a batch of samples that a script draws in no order: told after the first step."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

NIGHTS = 5


class Skies(nn.Module):
    """Reads the hours of nights, of which the number of a telescope and nine numbers an hour are known.

    Args:
        begins: what it begins with: a learned state of all, of each place in the batch, or of each telescope.
    """

    def __init__(self, begins: str) -> None:
        super().__init__()
        self.begins, self.reader, self.clouds = begins, nn.LSTM(9, 8, batch_first=True), nn.Linear(8, 1)
        rows = 1 if begins == "all" else NIGHTS
        self.dusk, self.dark = nn.Parameter(torch.zeros(1, rows, 8)), nn.Parameter(torch.ones(1, rows, 8))
        self.known = nn.Embedding(NIGHTS + 2, 8)

    def forward(self, telescopes: Tensor, hours: Tensor) -> Tensor:
        match self.begins:
            case "telescope":
                state = self.known(telescopes)[None], torch.zeros(1, len(hours), 8)
            case "number":
                state = self.known(torch.arange(len(hours)))[None], torch.zeros(1, len(hours), 8)
            case _:
                state = self.dusk.expand(-1, len(hours), -1).contiguous(), self.dark.expand(-1, len(hours), -1).contiguous()
        return self.clouds(self.reader(hours, state)[0][:, -1])


def watched(begins: str, shuffle: bool) -> tuple[rs.Report, list[Tensor]]:
    """Train two steps of nights under a watch; return the report, and the parameters behind them."""
    torch.manual_seed(0)
    model = Skies(begins)
    data = TensorDataset(torch.arange(10) % NIGHTS, torch.randn(10, 7, 9), torch.randn(10, 1))
    with rs.watch(track=3, on="record", probe="auto") as report:
        for telescopes, hours, target in DataLoader(data, NIGHTS, shuffle=shuffle):
            loss = nn.functional.mse_loss(model(telescopes, hours), target)
            loss.backward()
    return report, [parameter.detach().clone() for parameter in model.parameters()]


@pytest.mark.parametrize(
    ("begins", "named"),
    [
        ("place", "dusk (1, 5, 8) and dark (1, 5, 8) have a row each for every place in the batch"),
        ("number", "known.weight (7, 8) has a row for every place in the batch"),
    ],
)
def test_a_row_for_each_place_in_a_batch_that_is_drawn_is_told(begins: str, named: str) -> None:
    report, _ = watched(begins, shuffle=True)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("RNS602", "warning")
    assert finding.message == (
        f"{named}, and samples are drawn in no order: row 0 is of whichever comes first; one row that is expanded is of all"
    )
    assert finding.location is not None
    assert "RNS602" in report.probed


@pytest.mark.parametrize("begins", ["all", "telescope"])
def test_a_row_for_all_or_for_what_a_sample_holds_is_right(begins: str) -> None:
    report, _ = watched(begins, shuffle=True)
    assert not report.findings
    assert report.probed == "Skies was probed on a copy: in eval mode its samples are apart"


@pytest.mark.parametrize("begins", ["place", "number"])
def test_who_has_the_same_series_at_each_place_means_it(begins: str) -> None:
    report, _ = watched(begins, shuffle=False)
    assert not report.findings


def test_the_parameters_of_the_user_stay_as_they_are() -> None:
    _, after = watched("place", shuffle=True)
    torch.manual_seed(0)
    assert all(torch.equal(own, other) for own, other in zip(after, Skies("place").parameters(), strict=True))
