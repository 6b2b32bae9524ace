import torch
from torch import nn


class ClusterOfCalls(nn.Module):
    """How much of each kind of call a recording has."""

    def __init__(self, bands=5, width=10, kinds=4):
        super().__init__()
        self.kinds = kinds
        self.reader = nn.GRU(bands, width, batch_first=True)
        self.share = nn.Linear(width, kinds)
        self.species = nn.Linear(width * kinds, 6)

    def forward(self, bands):
        states, _ = self.reader(bands)
        n, t, _ = states.shape
        share = self.share(states).softmax(dim=2)
        by_kind = share.reshape(n, self.kinds, t) @ states
        return self.species(by_kind.flatten(1))


def make_model():
    torch.manual_seed(0)
    return ClusterOfCalls()


def make_inputs(batch=3, seq=11):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
