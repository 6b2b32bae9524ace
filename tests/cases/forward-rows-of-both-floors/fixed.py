import torch
from torch import nn


class Roast(nn.Module):
    """How a batch of coffee will taste, from its curve."""

    def __init__(self, probes=3, width=7):
        super().__init__()
        self.curve = nn.GRU(probes, width, num_layers=2, bidirectional=True, batch_first=True)
        self.taste = nn.Sequential(nn.Linear(2 * width, 8), nn.ReLU(), nn.Linear(8, 3))

    def forward(self, probes):
        _, ends = self.curve(probes)
        first, second = ends[2], ends[3]
        return self.taste(torch.cat([first, second], dim=1))


def make_model():
    torch.manual_seed(0)
    return Roast()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 15, 3, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
