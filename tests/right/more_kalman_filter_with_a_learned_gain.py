import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """A gain of (state, observation) for each sample, from a GRU cell over the innovations."""

    def __init__(self, m=4, n=3, d=8):
        super().__init__()
        self.register_buffer("f", torch.eye(m) * 0.9)
        self.register_buffer("h", torch.eye(n, m))
        self.cell, self.gain, self.m, self.n = nn.GRUCell(n, d), nn.Linear(d, m * n), m, n

    def forward(self, y):
        state, h = y.new_zeros(y.size(1), self.m, 1), y.new_zeros(y.size(1), self.cell.hidden_size)
        states = []
        for seen in y:
            state = self.f @ state
            innovation = seen.unsqueeze(-1) - self.h @ state
            h = self.cell(F.normalize(innovation.squeeze(-1), dim=-1), h)
            state = state + self.gain(h).view(-1, self.m, self.n) @ innovation
            states.append(state.squeeze(-1))
        return torch.stack(states)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(8, 5, 3, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
