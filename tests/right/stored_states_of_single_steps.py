"""The steps of one replayed game, each read from the state that was stored with it: they are a batch, on purpose."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, seen=5, width=8):
        super().__init__()
        self.rnn = nn.GRU(seen, width, batch_first=True)
        self.value = nn.Linear(width, 1)

    def forward(self, seen, stored):
        return self.value(self.rnn(seen.unsqueeze(1), stored.unsqueeze(0))[0].squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(12, 5, generator=g), torch.randn(12, 8, generator=g)


INPUT_AXES = (("seq", "feature"), ("seq", "hidden"))
