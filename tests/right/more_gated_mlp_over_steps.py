import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """gMLP: half of the features is mixed along the steps by a layer of its own, and gates the other half."""

    def __init__(self, steps=7, d=8):
        super().__init__()
        self.into, self.norm, self.mix = nn.Linear(d, 2 * d), nn.LayerNorm(d), nn.Conv1d(steps, steps, 1)
        self.back, self.rnn, self.out = nn.Linear(d, d), nn.LSTM(d, 6, batch_first=True), nn.Linear(6, 3)

    def forward(self, x):
        u, v = F.gelu(self.into(x)).chunk(2, -1)
        x = x + self.back(u * self.mix(self.norm(v)))
        return self.out(self.rnn(x)[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 8, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
