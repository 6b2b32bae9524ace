import torch
import torch.nn as nn


class Stack(nn.Module):
    def __init__(self, size=6, layers=2):
        super().__init__()
        self.cells = nn.ModuleList(nn.LSTMCell(size, size) for _ in range(layers))

    def forward(self, x, states):
        new = []
        for cell, state in zip(self.cells, states):
            h, c = cell(x, state)
            new.append((h, c))
            x = h
        return x, new


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stack, self.fc = Stack(), nn.Linear(6, 3)

    def forward(self, x):
        states = [(x.new_zeros(x.size(1), 6), x.new_zeros(x.size(1), 6)) for _ in range(2)]
        scores = []
        for t in range(x.size(0)):
            y, states = self.stack(x[t], states)
            scores.append(self.fc(y))
        return torch.stack(scores)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
