import torch
import torch.nn as nn


class Forecaster(nn.Module):
    def __init__(self, readings=5, hidden=8, size=7):
        super().__init__()
        self.past, self.next_days = nn.LSTM(readings, hidden), nn.LSTM(2, size)
        self.of_h, self.of_c = nn.Linear(hidden, size), nn.Linear(hidden, size)
        self.out = nn.Linear(size, 1)

    def forward(self, past, calendar):
        _, (h, c) = self.past(past)
        first, memory = torch.tanh(self.of_h(c)), torch.tanh(self.of_c(h))
        days, _ = self.next_days(calendar, (first, memory))
        return self.out(days)


def make_model():
    torch.manual_seed(0)
    return Forecaster()


def make_inputs(batch=4, seq=9):
    g = torch.Generator().manual_seed(1)
    return torch.randn(seq, batch, 5, generator=g), torch.randn(3, batch, 2, generator=g)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
