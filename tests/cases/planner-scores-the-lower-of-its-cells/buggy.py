import torch
from torch import nn


class Cells(nn.Module):
    def __init__(self, size, layers):
        super().__init__()
        self.cells = nn.ModuleList(nn.LSTMCell(size, size) for _ in range(layers))

    def forward(self, x, states):
        after = []
        for cell, state in zip(self.cells, states):
            state = cell(x, state)
            after.append(state)
            x = state[0]
        return after


class Planner(nn.Module):
    def __init__(self, size=9, layers=3, moves=4):
        super().__init__()
        self.cells, self.layers = Cells(size, layers), layers
        self.move = nn.Linear(size, moves)

    def forward(self, seen):
        zeros = seen.new_zeros(seen.size(0), seen.size(2))
        states, moves = [(zeros, zeros)] * self.layers, []
        for t in range(seen.size(1)):
            states = self.cells(seen[:, t], states)
            moves.append(self.move(states[0][0]))
        return torch.stack(moves, 1)


def make_model():
    torch.manual_seed(0)
    return Planner()


def make_inputs(batch=5, seq=7):
    return (torch.randn(batch, seq, 9),)


INPUT_AXES = (("batch", "seq", "feature"),)
