import torch
from torch import nn


class Ward(nn.Module):
    """How each bed is, of monitors that are read now and then: what was read last is what is known."""

    def __init__(self, monitors=5, width=8):
        super().__init__()
        self.rnn = nn.LSTM(monitors, width)
        self.is_well = nn.Linear(width, 1)

    def forward(self, readings):
        hour = torch.arange(len(readings))[:, None, None]
        read = torch.where(readings.isnan(), torch.zeros_like(hour), hour)
        latest, _ = torch.cummax(read, 0)
        known = torch.take_along_dim(readings.nan_to_num(), latest, dim=0)
        return self.is_well(self.rnn(known)[1][0][-1]).squeeze(1)


def make_model():
    torch.manual_seed(0)
    return Ward()


def make_inputs(batch=6, seq=9):
    readings = torch.randn(seq, batch, 5)
    return (readings.masked_fill(torch.rand(seq, batch, 5) < 0.5, float("nan")),)


INPUT_AXES = (("seq", "batch", "feature"),)
