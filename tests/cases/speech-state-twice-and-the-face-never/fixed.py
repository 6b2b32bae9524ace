import torch
import torch.nn as nn


class Moods(nn.Module):
    def __init__(self, voice=6, face=4, h=8):
        super().__init__()
        self.voice, self.face = nn.LSTM(voice, h, batch_first=True), nn.LSTM(face, h, batch_first=True)
        self.mood = nn.Sequential(nn.Linear(2 * h, h), nn.ReLU(), nn.Linear(h, 3))

    def forward(self, voice, face):
        _, (heard, _) = self.voice(voice)
        _, (seen, _) = self.face(face)
        heard, seen = heard[-1], seen[-1]
        return self.mood(torch.cat([heard, seen], dim=-1))


def make_model():
    torch.manual_seed(0)
    return Moods()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, seq, 6, generator=g), torch.randn(batch, 5, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
