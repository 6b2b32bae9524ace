import math

import torch
from torch import nn


class Blend(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 6, bidirectional=True)
        self.project = nn.Linear(12, 36)
        self.score = nn.Linear(12, 1)

    def forward(self, signal):
        states = self.rnn(signal)[0].transpose(0, 1)
        b, t = states.shape[:2]
        parts = self.project(states).chunk(3, -1)
        q, k, v = (p.reshape(b, t, 2, 6).transpose(1, 2) for p in parts)
        weights = (q @ k.mT / math.sqrt(6)).softmax(-1)
        blended = (weights @ v).permute(0, 2, 1, 3).reshape(b, t, 12)
        return self.score(blended).squeeze(-1)


def make_model():
    torch.manual_seed(6)
    return Blend()


def make_inputs(batch=3):
    return (torch.randn(10, batch, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
