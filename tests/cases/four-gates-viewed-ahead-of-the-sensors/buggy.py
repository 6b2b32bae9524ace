import torch
import torch.nn as nn


class SensorCell(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.gates, self.units = nn.Linear(features + units, 4 * units), units

    def forward(self, x, h, c):
        batch, sensors, _ = x.shape
        gates = self.gates(torch.cat([x, h], 2))
        i, f, o, g = gates.view(batch, 4, sensors, self.units).unbind(1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class Sensors(nn.Module):
    def __init__(self, features=3, units=5):
        super().__init__()
        self.cell, self.out, self.units = SensorCell(features, units), nn.Linear(units, 1), units

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), x.size(2), self.units)
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], h, c)
        return self.out(h).squeeze(2)


def make_model():
    torch.manual_seed(0)
    return Sensors()


def make_inputs(batch=4, seq=6):
    return (torch.randn(batch, seq, 8, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "sensor", "feature"),)
