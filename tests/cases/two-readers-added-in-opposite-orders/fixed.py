import torch
import torch.nn as nn


class Melody(nn.Module):
    def __init__(self, notes=20, width=9):
        super().__init__()
        self.embed = nn.Embedding(notes, width)
        self.ahead = nn.LSTM(width, 8)
        self.back = nn.LSTM(width, 8)
        self.top = nn.LSTM(8, 6)
        self.out = nn.Linear(6, notes)

    def forward(self, notes):
        x = self.embed(notes)
        order = torch.arange(x.size(0) - 1, -1, -1)
        y, _ = self.ahead(x)
        z, _ = self.back(x[order])
        y = y + z[order]
        return self.out(self.top(y)[0])


def make_model():
    torch.manual_seed(0)
    return Melody()


def make_inputs(batch=5, seq=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 20, (seq, batch), generator=g),)


INPUT_AXES = (("seq", "batch"),)
