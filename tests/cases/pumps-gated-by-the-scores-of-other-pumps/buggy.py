import torch
import torch.nn as nn


class Pipes(nn.Module):
    def __init__(self, pipes, units=4):
        super().__init__()
        self.register_buffer("pipes", pipes)
        self.gates, self.new, self.units = nn.Linear(1 + units, 2 * units), nn.Linear(1 + units, units), units

    def forward(self, level, h):
        batch, pumps, units = h.shape
        reset, update = self.near(level, h, self.gates).sigmoid().view(batch, 2, pumps, units).unbind(1)
        new = self.near(level, reset * h, self.new).tanh()
        return update * h + (1 - update) * new

    def near(self, level, h, layer):
        return layer(self.pipes @ torch.cat([level, h], -1))


class Levels(nn.Module):
    def __init__(self, pipes, units=4):
        super().__init__()
        self.cell, self.out, self.units = Pipes(pipes, units), nn.Linear(units, 1), units

    def forward(self, levels):
        h = levels.new_zeros(*levels.shape[:2], self.units)
        for hour in levels.unbind(2):
            h = self.cell(hour.unsqueeze(2), h)
        return self.out(h).squeeze(2)


def make_model():
    torch.manual_seed(0)
    return Levels(torch.softmax(torch.randn(6, 6), 1))


def make_inputs(batch=6, seq=5):
    return (torch.randn(batch, 6, seq, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "pump", "seq"),)
