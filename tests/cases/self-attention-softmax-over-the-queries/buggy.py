import math

import torch
import torch.nn as nn


class SelfAttention(nn.Module):
    def __init__(self, features=4, hidden=12):
        super().__init__()
        self.rnn = nn.GRU(features, hidden, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(hidden, hidden) for _ in range(3))
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        scores = torch.matmul(self.q(h), self.k(h).transpose(1, 2)) / math.sqrt(12)
        weights = torch.softmax(scores, dim=1)
        return self.out(torch.matmul(weights, self.v(h)).mean(1))


def make_model():
    torch.manual_seed(0)
    return SelfAttention()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
