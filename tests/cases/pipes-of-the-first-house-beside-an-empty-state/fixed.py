import torch
from torch import nn


class Warmth(nn.Module):
    def __init__(self, pipes, gauges=3, units=7):
        super().__init__()
        self.units = units
        self.register_buffer("pipes", pipes)
        self.flow = nn.Linear(gauges + units, units)
        self.cell = nn.GRUCell(gauges + units, units)
        self.warm = nn.Linear(units, 1)

    def neighbours(self, rooms):
        first = torch.arange(0, len(rooms), 5).repeat_interleave(len(self.pipes))
        source, target = (self.pipes.repeat(len(rooms) // 5, 1) + first[:, None]).unbind(1)
        moved = rooms.index_select(0, source).tanh()
        return torch.zeros_like(rooms).index_add_(0, target, moved)

    def forward(self, gauges):
        steps, houses, rooms, _ = gauges.shape
        state = gauges.new_zeros(houses * rooms, self.units)
        told = []
        for now in gauges:
            now = now.flatten(0, 1)
            near = self.flow(self.neighbours(torch.cat([now, state], 1))).relu()
            state = self.cell(torch.cat([now, near], 1), state)
            told.append(self.warm(state).view(houses, rooms))
        return torch.stack(told)


def make_model():
    torch.manual_seed(0)
    rooms = torch.arange(5)
    return Warmth(torch.stack([rooms, rooms.roll(1)], 1))


def make_inputs():
    return (torch.randn(6, 5, 5, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = ("seq batch node feature",)
