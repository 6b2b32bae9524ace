import torch
import torch.nn as nn


class Tariff(nn.Module):
    """The price of the coming days, as (batch, horizon, 1)."""

    def __init__(self, signs=2, hidden=6, days=5):
        super().__init__()
        self.past = nn.GRU(signs, hidden)
        self.ahead = nn.Linear(hidden, days)

    def forward(self, x):
        _, h = self.past(x)
        return self.ahead(h[0]).unsqueeze(2)


def make_model():
    torch.manual_seed(4)
    return Tariff()


def make_inputs(batch=5, seq=8):
    return (torch.randn(seq, batch, 2, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target(batch=5, horizon=5):
    return torch.rand(batch, horizon, 1, generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "horizon", "value")


def loss_fn(output, target):
    return (output - target).abs().sum() / output.size(0)
