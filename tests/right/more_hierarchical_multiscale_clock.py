import torch
import torch.nn as nn


class Model(nn.Module):
    """Clockwork: groups of units go on every step, every second and every fourth step."""

    def __init__(self, n=4, d=9):
        super().__init__()
        self.x, self.h, self.out = nn.Linear(n, d), nn.Linear(d, d), nn.Linear(d, 2)
        self.register_buffer("period", torch.tensor([1, 2, 4]).repeat_interleave(d // 3))
        self.reader = nn.GRU(d, d)

    def forward(self, x):
        h, made = x.new_zeros(x.size(1), self.period.numel()), []
        for t, step in enumerate(x):
            ticks = (t % self.period == 0).float()
            h = ticks * torch.tanh(self.x(step) + self.h(h)) + (1 - ticks) * h
            made.append(h)
        return self.out(self.reader(torch.stack(made))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(7, 4, 4, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
