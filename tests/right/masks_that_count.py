"""Masks that count the steps, the variables that each sample has, and the units that are left of the longest."""

import torch
from torch import nn


class MasksThatCount(nn.Module):
    def __init__(self, variables=6, units=8):
        super().__init__()
        self.rnn, self.out = nn.GRU(variables, units, batch_first=True), nn.Linear(units, variables)

    def forward(self, x, lengths, variables):
        real = torch.arange(x.size(1)) < lengths[:, None]
        known = torch.arange(x.size(2)) < variables[:, None]
        out = self.out(self.rnn(x * known[:, None])[0])
        kept = torch.where(real[:, :, None], out * known.unsqueeze(1), 0.0)
        first = out[:, :4] * (torch.arange(4) < lengths[:, None])[..., None]
        return kept, first


def make_model():
    torch.manual_seed(0)
    return MasksThatCount()


def make_inputs():
    lengths, variables = torch.tensor([9, 6, 4, 2]), torch.tensor([6, 3, 6, 5])
    x = torch.randn(4, 9, 6, generator=torch.Generator().manual_seed(1))
    return x * (torch.arange(9) < lengths[:, None])[..., None], lengths, variables


INPUT_AXES = ("batch seq feature", "batch", "batch")
