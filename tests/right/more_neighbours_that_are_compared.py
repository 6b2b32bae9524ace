"""Runs of equal steps, turned samples, all pairs, and those that are sorted: labels that are compared with the next ones."""

import torch
from torch import nn


class Runs(nn.Module):
    def __init__(self, features=4, labels=5):
        super().__init__()
        self.rnn, self.labels = nn.GRU(features, 8), nn.Linear(8, labels)

    def forward(self, x):
        path = self.labels(self.rnn(x)[0]).argmax(2)
        begins = torch.ones_like(path, dtype=torch.bool)
        begins[1:] = path[1:] != path[:-1]
        other = path.roll(1, dims=1)
        shared = (path == other).float().mean(0)
        pairs = (path[:, :, None] == path[:, None, :]).float().mean(0)
        first = (path[:, :1] == path[:, 1:]).float().mean()
        order = path.sum(0).argsort()
        ordered = path[:, order]
        again = (ordered[:, 1:] == ordered[:, :-1]).all(0)
        return begins, shared, pairs, first, again


def make_model():
    torch.manual_seed(0)
    return Runs()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(9, 6, 4, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
