import torch
import torch.nn as nn


class Model(nn.Module):
    """A deep transition: at each step the state goes through two cells, and back to the first one."""

    def __init__(self, f=4, hidden=8):
        super().__init__()
        self.first, self.second = nn.GRUCell(f, hidden), nn.GRUCell(f, hidden)
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        h, seen = x.new_zeros(x.size(0), 8), []
        for step in x.unbind(1):
            h = self.second(step, self.first(step, h))
            seen.append(h)
        return self.out(torch.stack(seen, 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
