import torch
import torch.nn as nn


class Track(nn.Module):
    def __init__(self, readings=6, units=6):
        super().__init__()
        self.there = nn.GRUCell(readings, units)
        self.back = nn.GRUCell(readings, units)
        self.first, self.second = nn.Linear(units, units), nn.Linear(units, 1)
        self.minutes = nn.Linear(units, 1)
        self.units = units

    def walk(self, cell, metres):
        h, states = metres[0].new_zeros(metres[0].size(0), self.units), []
        for metre in metres:
            h = cell(metre, h)
            states.append(h)
        return torch.stack(states, 1)

    def forward(self, track):
        metres = track.unbind(1)
        there, back = self.walk(self.there, metres), self.walk(self.back, metres[::-1])
        places = there + back.flip(1)
        weight = torch.softmax(self.second(self.first(places).relu()).squeeze(-1), -1)
        return self.minutes(torch.einsum("bt,btu->bu", weight, places)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Track()


def make_inputs(batch=6, seq=6):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
