import torch
import torch.nn as nn


class JointGRU(nn.Module):
    def __init__(self, units=6):
        super().__init__()
        self.gates, self.fresh, self.units = nn.Linear(2 + units, 2 * units), nn.Linear(2 + units, units), units

    def forward(self, joints, h):
        batch, count, _ = joints.shape
        gates = torch.sigmoid(self.gates(torch.cat([joints, h], -1))).reshape(batch, -1)
        reset, update = gates.split(count * self.units, dim=1)
        kept = (reset * h.reshape(batch, -1)).reshape(h.shape)
        new = torch.tanh(self.fresh(torch.cat([joints, kept], -1)))
        update = update.reshape(h.shape)
        return update * h + (1 - update) * new


class Walk(nn.Module):
    def __init__(self, units=6):
        super().__init__()
        self.cell, self.out, self.units = JointGRU(units), nn.Linear(units, 2), units

    def forward(self, x):
        h = x.new_zeros(*x.shape[1:3], self.units)
        for joints in x:
            h = self.cell(joints, h)
        return self.out(h)


def make_model():
    torch.manual_seed(0)
    return Walk()


def make_inputs(batch=6, seq=6):
    return (torch.randn(seq, batch, 6, 2, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "joint", "coordinate"),)
