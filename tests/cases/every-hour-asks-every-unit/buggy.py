import torch
from torch import nn


class DayOfLoad(nn.Module):
    def __init__(self, meters=6, units=24):
        super().__init__()
        self.rnn = nn.LSTM(meters, units, batch_first=True)
        self.out = nn.Linear(units, meters)

    def forward(self, day):
        hours, _ = self.rnn(day)
        alike = torch.bmm(hours, hours)
        return self.out(torch.softmax(alike / 24**0.5, dim=-1).bmm(hours))


def make_model():
    torch.manual_seed(0)
    return DayOfLoad()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(7, 24, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
