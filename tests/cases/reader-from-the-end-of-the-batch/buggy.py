import torch
from torch import nn


class TwoWays(nn.Module):
    def __init__(self, letters=20, units=8, tags=4):
        super().__init__()
        self.letters = nn.Embedding(letters, units)
        self.there = nn.GRU(units, units, batch_first=True)
        self.back = nn.GRU(units, units, batch_first=True)
        self.tags = nn.Linear(2 * units, tags)

    def forward(self, words):
        read = self.letters(words)
        there = self.there(read)[0]
        back = self.back(read.flip(0))[0].flip(0)
        return self.tags(torch.cat([there, back], dim=2))


def make_model():
    torch.manual_seed(0)
    return TwoWays()


def make_inputs():
    return (torch.randint(20, (6, 6), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = ("batch seq",)
