import torch
from torch import nn


class Drives(nn.Module):
    def __init__(self, sensors=4, units=9):
        super().__init__()
        self.cell = nn.LSTMCell(sensors, units)
        self.speed = nn.Linear(units, 1)

    def drive(self, seen):
        if seen.dim() == 2:
            seen = seen[:, None]
        state, read = None, []
        for now in seen.unbind(1):
            state = self.cell(now, state)
            read.append(state[0])
        return torch.stack(read, 1)

    def forward(self, seen, speeds):
        seen, speeds = torch.cat(seen.unbind(), 0), torch.cat(speeds.unbind(), 0)
        told = self.speed(self.drive(seen)).squeeze(-1)
        return torch.relu((told - speeds).abs() - 0.1).mean()


def make_model():
    torch.manual_seed(0)
    return Drives()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 6, 4, generator=g), torch.rand(4, 6, generator=g)


INPUT_AXES = ("batch seq feature", "batch seq")
