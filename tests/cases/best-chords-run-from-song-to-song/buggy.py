import torch
import torch.nn as nn


class Chords(nn.Module):
    def __init__(self, notes=5, hidden=8, chords=6):
        super().__init__()
        self.listen, self.score = nn.LSTM(notes, hidden, batch_first=True), nn.Linear(hidden, chords)
        self.change = nn.Parameter(torch.randn(chords, chords))

    def forward(self, songs):
        first, *others = self.score(self.listen(songs)[0]).unbind(0)
        best = first
        for bar in others:
            best = (bar[:, None, :] + best[:, :, None] + self.change).amax(1)
        return best.amax(1)


def make_model():
    torch.manual_seed(0)
    return Chords()


def make_inputs(batch=6, seq=6):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
