import torch
from torch import nn


class Alarm(nn.Module):
    def __init__(self, bins=10, units=12):
        super().__init__()
        self.gru = nn.GRU(bins, units, batch_first=True)
        self.alarm = nn.Linear(units, 1)

    def forward(self, frames):
        heard, _ = self.gru(frames)
        heard = heard.reshape(heard.size(0), heard.size(2), heard.size(1))
        return self.alarm(heard.amax(dim=-1))


def make_model():
    torch.manual_seed(0)
    return Alarm()


def make_inputs(batch=5, seq=14):
    return (torch.randn(batch, seq, 10),)


INPUT_AXES = (("batch", "seq", "feature"),)
