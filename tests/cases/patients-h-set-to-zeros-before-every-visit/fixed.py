import torch
import torch.nn as nn


class Visits(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.cell, self.risk, self.d = nn.LSTMCell(4, d), nn.Linear(d, 2), d

    def forward(self, visits):
        c = torch.zeros(visits.size(1), self.d)
        h = torch.zeros(visits.size(1), self.d)
        for visit in visits:
            h, c = self.cell(visit, (h, c))
        return self.risk(h)


def make_model():
    torch.manual_seed(0)
    return Visits()


def make_inputs(batch=5, seq=6):
    return (torch.randn(seq, batch, 4, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)
