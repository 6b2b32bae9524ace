import torch
import torch.nn as nn


class Model(nn.Module):
    """Weights of the steps come from each step alone, as many as there may be steps."""

    def __init__(self, longest=10, d=8):
        super().__init__()
        self.rnn, self.score = nn.GRU(5, d), nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, longest))
        self.v, self.out = nn.Linear(d, d), nn.Linear(d, 2)

    def forward(self, x):
        y, _ = self.rnn(x)
        weights = self.score(y)[..., : y.size(0)].softmax(-1).transpose(0, 1)
        z = torch.bmm(weights, self.v(y).transpose(0, 1))
        return self.out(z.transpose(0, 1) + y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(7, 4, 5, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
