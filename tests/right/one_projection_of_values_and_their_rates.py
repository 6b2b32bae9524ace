"""One layer makes values and, beside them, a rate for each of their groups, and chunks of the steps are scaled by these."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width=8, groups=2, each=5, chunk=3):
        super().__init__()
        self.groups, self.each, self.chunk = groups, each, chunk
        self.rnn = nn.GRU(4, width, batch_first=True)
        self.project = nn.Linear(width, groups * each + groups)
        self.out = nn.Linear(groups * each, 1)

    def forward(self, x):
        states, _ = self.rnn(x)
        n, t, _ = states.shape
        values, rates = self.project(states).split([self.groups * self.each, self.groups], dim=-1)
        values = values.reshape(n, t // self.chunk, self.chunk, self.groups, self.each)
        rates = rates.sigmoid().reshape(n, t // self.chunk, self.chunk, self.groups)
        return self.out((values * rates[..., None]).reshape(n, t, -1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 12, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
