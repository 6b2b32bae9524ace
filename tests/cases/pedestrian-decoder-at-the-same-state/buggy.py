import torch
import torch.nn as nn


class Walkers(nn.Module):
    """Where people go next: each place is guessed from the guess before it."""

    def __init__(self, hidden=10, ahead=5):
        super().__init__()
        self.ahead = ahead
        self.observe = nn.GRU(2, hidden, batch_first=True)
        self.bridge = nn.Linear(hidden, hidden)
        self.move = nn.GRUCell(2, hidden)
        self.place = nn.Linear(hidden, 2)

    def forward(self, track):
        seen, _ = self.observe(track)
        state = torch.tanh(self.bridge(seen[:, -1]))
        here, places = track[:, -1], []
        for _ in range(self.ahead):
            moved = self.move(here, state)
            here = here + self.place(moved)
            places.append(here)
        return torch.stack(places, dim=1)


def make_model():
    torch.manual_seed(0)
    return Walkers()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 2, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
