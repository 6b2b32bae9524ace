from itertools import permutations

import torch
from torch import nn


class Choir(nn.Module):
    def __init__(self, bins=6, hidden=7):
        super().__init__()
        self.rnn = nn.LSTM(bins, hidden, bidirectional=True)
        self.voices = nn.Linear(2 * hidden, 3 * bins)

    def forward(self, sound):
        heard, _ = self.rnn(sound)
        return self.voices(heard).unflatten(2, (3, -1))


def loss_fn(voices, sung):
    errors = []
    for order in map(list, permutations(range(3))):
        errors.append(((voices[:, :, order] - sung) ** 2).mean())
    return torch.stack(errors).min()


def make_model():
    torch.manual_seed(0)
    return Choir()


def make_inputs(batch=4, seq=7):
    return (torch.randn(seq, batch, 6, generator=torch.Generator().manual_seed(1)),)


def make_target(batch=4, seq=7):
    return torch.randn(seq, batch, 3, 6, generator=torch.Generator().manual_seed(2))


INPUT_AXES = (("seq", "batch", "feature"),)
TARGET_AXES = ("seq", "batch", "singer", "bin")
