import torch
import torch.nn as nn


class Cell(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.x, self.h = nn.Linear(n, 4 * h), nn.Linear(h, 4 * h, bias=False)
        self.peep = nn.Parameter(torch.zeros(3, h))

    def forward(self, x, h, c):
        i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)
        i, f = torch.sigmoid(i + self.peep[0] * c), torch.sigmoid(f + self.peep[1] * c)
        c = f * c + i * torch.tanh(g)
        return torch.sigmoid(o + self.peep[2] * c) * torch.tanh(c), c


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = Cell(4, 6), nn.Linear(6, 3)

    def forward(self, x):
        h = c = x.new_zeros(x.size(1), 6)
        outputs = []
        for step in x:
            h, c = self.cell(step, h, c)
            outputs.append(self.out(h))
        return torch.stack(outputs)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(8, 5, 4, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
