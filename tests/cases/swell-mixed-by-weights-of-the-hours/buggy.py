import math

import torch
from torch import nn


class Swell(nn.Module):
    """The height of the sea in the next hour, as a mixture of normal distributions."""

    def __init__(self, buoys=6, parts=4):
        super().__init__()
        self.gru = nn.GRU(buoys, 14, batch_first=True)
        self.weight, self.mean, self.spread = (nn.Linear(14, parts) for _ in range(3))

    def forward(self, sea, height):
        states, _ = self.gru(sea)
        weight, mean, spread = (made(states) for made in (self.weight, self.mean, self.spread))
        weight = torch.log_softmax(weight, dim=1)
        off = (height.unsqueeze(2) - mean) / spread.exp()
        logs = weight - spread - 0.5 * off**2 - 0.5 * math.log(2 * math.pi)
        return torch.logsumexp(logs, dim=2)


def make_model():
    torch.manual_seed(0)
    return Swell()


def make_inputs(batch=5, seq=12):
    return torch.randn(batch, seq, 6), torch.randn(batch, seq)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
