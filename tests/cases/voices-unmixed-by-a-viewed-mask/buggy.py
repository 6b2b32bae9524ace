import torch
import torch.nn as nn


class Unmixing(nn.Module):
    def __init__(self, bins=5, h=8, voices=3):
        super().__init__()
        self.voices = voices
        self.rnn = nn.GRU(bins, h, batch_first=True, bidirectional=True)
        self.gains = nn.Linear(2 * h, voices * bins)

    def forward(self, sound):
        b, t, f = sound.shape
        y, _ = self.rnn(sound)
        gains = self.gains(y).sigmoid()
        gains = gains.reshape(b, self.voices, t, f)
        return sound[:, None] * gains


def make_model():
    torch.manual_seed(0)
    return Unmixing()


def make_inputs(batch=4, seq=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "bin"),)
