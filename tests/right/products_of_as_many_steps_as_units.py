"""Weights that a layer makes for each step's steps, a Gram matrix of the units, and a mixing of the steps: all are square."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.rnn = nn.GRU(4, width, batch_first=True)
        self.made = nn.Linear(width, 12)
        self.gate = nn.Linear(width, 12)
        self.values = nn.Linear(width, width)
        self.mix = nn.Parameter(torch.eye(12))

    def forward(self, x):
        h, _ = self.rnn(x)
        by_place = self.made(h).softmax(dim=2) @ self.values(h)  # the weights are made, and no question is asked
        last = torch.sigmoid(self.gate(h[:, -1])).unsqueeze(1) @ h  # one weight of each sample for each step
        gram = h.transpose(1, 2) @ h / h.size(1)  # of units with units, over the steps
        mixed = self.mix @ h
        return by_place + h @ gram + mixed, last


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 12, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
