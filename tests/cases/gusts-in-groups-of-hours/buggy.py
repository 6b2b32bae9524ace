import torch
from torch import nn


class Gusts(nn.Module):
    def __init__(self, gauges=3, hidden=12):
        super().__init__()
        self.rnn = nn.RNN(gauges, hidden)
        self.groups = nn.GroupNorm(2, 12)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        states, _ = self.rnn(x)
        states = states.transpose(0, 1)
        return self.out(self.groups(states)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Gusts()


def make_inputs(batch=5):
    return (torch.randn(12, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
