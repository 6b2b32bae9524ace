import torch
import torch.nn as nn


class Guide(nn.Module):
    """One map of places, in no batch: which of them to walk to, one after the other."""

    def __init__(self, width=12, stops=4):
        super().__init__()
        self.stops = stops
        self.places = nn.Linear(3, width)
        self.walker = nn.LSTMCell(width, width)
        self.ask = nn.Linear(width, width, bias=False)
        self.home = nn.Parameter(torch.zeros(width))
        self.h_0 = nn.Parameter(torch.zeros(width))
        self.c_0 = nn.Parameter(torch.randn(width))

    def forward(self, map):
        places = torch.tanh(self.places(map))
        here, state = self.home, (self.h_0, self.c_0)
        picks = []
        for _ in range(self.stops):
            h, c = self.walker(here, state)
            pick = torch.softmax(places @ self.ask(h), dim=0)
            here = pick @ places
            picks.append(pick)
        return torch.stack(picks)


def make_model():
    torch.manual_seed(0)
    return Guide()


def make_inputs(seq=9):
    return (torch.randn(seq, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "feature"),)
