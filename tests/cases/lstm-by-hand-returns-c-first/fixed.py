import torch
import torch.nn as nn


class Cell(nn.Module):
    def __init__(self, size, hidden):
        super().__init__()
        self.input, self.state = nn.Linear(size, 4 * hidden), nn.Linear(hidden, 4 * hidden)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = (self.input(x) + self.state(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = Cell(3, 5), nn.Linear(5, 2)

    def forward(self, x):
        state = (x.new_zeros(x.size(0), 5), x.new_zeros(x.size(0), 5))
        for step in x.unbind(1):
            state = self.cell(step, state)
        return self.fc(state[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs(batch=5, seq=4):
    torch.manual_seed(1)
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
