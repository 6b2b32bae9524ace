import torch
import torch.nn as nn


class Model(nn.Module):
    """How far each step is from where the sample is to go is an input of the next layer."""

    def __init__(self, hidden=8):
        super().__init__()
        self.rnn = nn.GRU(4, hidden, batch_first=True)
        self.where = nn.Linear(hidden, 2)
        self.steer = nn.GRU(3, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x, goal):
        at = self.where(self.rnn(x)[0])
        apart = goal[:, None] - at
        return self.out(self.steer(torch.cat([apart, apart.norm(dim=-1, keepdim=True)], -1))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 7, 4, generator=g), torch.randn(5, 2, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "feature"))
