import torch
from torch import nn


class Fan(nn.Module):
    """As many stations as days: each day has a quantile of its own, and each state forecasts every day, with a weight of its own."""

    def __init__(self, days: int = 4):
        super().__init__()
        self.rnn = nn.GRU(3, 10, batch_first=True)
        self.stations = nn.Linear(10, days)
        self.outlook = nn.Linear(10, days)

    def forward(self, x):
        states = self.rnn(x)[0]
        return self.stations(states), self.outlook(states)


LEVELS = (0.5, 0.6, 0.75, 0.9)


def make_model():
    torch.manual_seed(0)
    return Fan()


def make_inputs():
    return (torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.rand(5, 4, 4, generator=g), torch.rand(5, 4, generator=g)


TARGET_AXES = (("batch", "seq", "station"), ("batch", "seq"))


def loss_fn(outputs, targets):
    (stations, outlook), (measured, total) = outputs, targets
    loss = 0
    for day, q in enumerate(LEVELS):
        missed = measured[:, day] - stations[:, day]
        loss = loss + torch.max(q * missed, (q - 1) * missed).mean()
        missed = total - outlook[:, day]
        loss = loss + (q * missed).square().mean()
    for unit, q in enumerate(LEVELS):
        missed = total - outlook[..., unit]
        loss = loss + torch.max(q * missed, (q - 1) * missed).mean()
    return loss
