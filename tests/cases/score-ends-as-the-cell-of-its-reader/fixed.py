import torch
import torch.nn as nn


class Accompanist(nn.Module):
    """One score at a time: where its reading ends, the playing begins."""

    def __init__(self, hidden=10):
        super().__init__()
        self.reader = nn.LSTM(6, hidden)
        self.bridge = nn.Linear(hidden, 8)
        self.player = nn.GRU(hidden, 8)
        self.keys = nn.Linear(8, 5)

    def forward(self, score):
        read, (said, kept) = self.reader(score)
        first = torch.tanh(self.bridge(said))
        notes, _ = self.player(read, first)
        return self.keys(notes)


def make_model():
    torch.manual_seed(0)
    return Accompanist()


def make_inputs(seq=7):
    return (torch.randn(seq, 1, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)
