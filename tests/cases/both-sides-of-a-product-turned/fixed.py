import torch
from torch import nn


class GlacierPair(nn.Module):
    """Two stations, each read on its own; each day of the one looks at the days of the other."""

    def __init__(self, sensors=3, width=10):
        super().__init__()
        self.upper = nn.GRU(sensors, width, batch_first=True)
        self.lower = nn.GRU(sensors, width, batch_first=True)
        self.flow = nn.Linear(2 * width, 1)

    def forward(self, upper, lower):
        high = self.upper(upper)[0]
        low = self.lower(lower)[0]
        near = high @ low.transpose(1, 2)
        return self.flow(torch.cat([high, near.softmax(dim=2) @ low], dim=2))


def make_model():
    torch.manual_seed(0)
    return GlacierPair()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 10, 3, generator=g), torch.randn(4, 10, 3, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
