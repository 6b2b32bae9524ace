import torch
import torch.nn as nn
import torch.nn.functional as F


class Rain(nn.Module):
    """Reads stations hour by hour, and draws maps of the air, two an hour, as (batch, air, hours, rows, columns)."""

    def __init__(self, d=10, rows=3, columns=4):
        super().__init__()
        self.rows, self.columns = rows, columns
        self.rnn, self.draw = nn.LSTM(5, d, batch_first=True), nn.Linear(d, 2 * rows * columns)

    def forward(self, stations):
        drawn = self.draw(self.rnn(stations)[0])
        return drawn.view(len(stations), stations.size(1), 2, self.rows, self.columns).transpose(1, 2).sigmoid()


def make_model():
    torch.manual_seed(0)
    return Rain()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=4, seq=7):
    return torch.rand(batch, 2, seq, 3, 4, generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "air", "seq", "row", "column")


def loss_fn(output, target):
    return F.mse_loss(output, target)
