import torch
from torch import nn


class Chords(nn.Module):
    """Names the chord of each beat, and says at which beats another one begins."""

    def __init__(self, notes=12, width=10, chords=6):
        super().__init__()
        self.gru = nn.GRU(notes, width, batch_first=True)
        self.chords = nn.Linear(width, chords)

    def forward(self, beats):
        states, _ = self.gru(beats)
        scores = self.chords(states)
        chord = torch.argmax(scores, dim=2)
        first = torch.ones_like(chord[:, :1], dtype=torch.bool)
        begins = torch.cat([first, chord[:, 1:] != chord[:, :-1]], dim=1)
        return scores, begins


def make_model():
    torch.manual_seed(0)
    return Chords()


def make_inputs(batch=4, seq=9):
    return (torch.rand(batch, seq, 12),)


INPUT_AXES = (("batch", "seq", "feature"),)
