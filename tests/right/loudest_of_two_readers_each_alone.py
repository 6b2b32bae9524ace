import torch
import torch.nn as nn


class Model(nn.Module):
    """States of a reader from the end stand beside those of the other, and each unit goes its own way over all steps."""

    def __init__(self, f=4, d=6):
        super().__init__()
        self.ahead, self.back = nn.GRU(f, d, batch_first=True), nn.GRU(f, d, batch_first=True)
        self.sharp = nn.Parameter(torch.ones(2 * d))
        self.out = nn.Linear(3 * 2 * d, 3)

    def forward(self, x):
        both = torch.cat([self.ahead(x)[0], self.back(x.flip(1))[0]], -1)
        soft = (torch.softmax(both * self.sharp, 1) * both).sum(1)
        return self.out(torch.cat([soft, both.amax(1), both.mean(1)], -1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    return (torch.randn(5, 7, 4, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
