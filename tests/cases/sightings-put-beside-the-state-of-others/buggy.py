import torch
from torch import nn


class Tracker(nn.Module):
    def __init__(self, seen=6, state=9):
        super().__init__()
        self.size = state
        self.look = nn.Linear(seen, 7)
        self.join = nn.Linear(7 + state, 8)
        self.cell = nn.LSTMCell(8, state)
        self.place = nn.Linear(state, 2)

    def forward(self, sightings):
        n, steps, _ = sightings.shape
        looks = self.look(sightings).relu()
        looks = looks.reshape(steps, n, -1)
        h = c = sightings.new_zeros(n, self.size)
        places = []
        for look in looks:
            h, c = self.cell(self.join(torch.cat((look, h), dim=-1)), (h, c))
            places.append(self.place(h))
        return torch.stack(places, dim=1)


def make_model():
    torch.manual_seed(0)
    return Tracker()


def make_inputs(batch=6, seq=11):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
