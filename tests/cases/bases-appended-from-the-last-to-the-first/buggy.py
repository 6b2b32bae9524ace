import torch
from torch import nn


class Sites(nn.Module):
    """Which bases of a strand a protein binds to, read along it and against it by gated cells of our own."""

    def __init__(self, width=7):
        super().__init__()
        self.bases = nn.Embedding(5, 6)
        self.along, self.against = nn.Linear(6 + width, 2 * width), nn.Linear(6 + width, 2 * width)
        self.binds = nn.Linear(width, 2)
        self.width = width

    def step(self, gates, base, h):
        keep, new = gates(torch.cat((base, h), 1)).chunk(2, 1)
        keep = torch.sigmoid(keep)
        return keep * h + (1 - keep) * torch.tanh(new)

    def forward(self, strand):
        bases = self.bases(strand)
        steps = bases.shape[1]
        h = bases.new_zeros(len(bases), self.width)
        along = []
        for at in range(steps):
            h = self.step(self.along, bases[:, at], h)
            along.append(h)
        h = bases.new_zeros(len(bases), self.width)
        against = []
        for at in reversed(range(steps)):
            h = self.step(self.against, bases[:, at], h)
            against.append(h)
        both = torch.stack(along, 1) + torch.stack(against, 1)
        return self.binds(both)


def make_model():
    torch.manual_seed(8)
    return Sites()


def make_inputs(batch=4, seq=10):
    return (torch.randint(0, 5, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)
