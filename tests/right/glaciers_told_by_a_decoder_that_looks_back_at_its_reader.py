import torch
from torch import nn
from torch.nn import functional as F


class Glaciers(nn.Module):
    """A decoder that is led by the lengths of a glacier attends to what a reader of both directions has made of the same years,
    as where records are to be told again in few numbers.
    """

    def __init__(self, sides=3, width=8):
        super().__init__()
        self.reader = nn.GRU(sides, width // 2, bidirectional=True)
        self.decoder = nn.LSTM(sides, width)
        self.attend = nn.MultiheadAttention(width, 2)
        self.by_hand, self.head = nn.Linear(width, width), nn.Linear(3 * width, sides)

    def forward(self, years):
        read, _ = self.reader(years)
        led, _ = self.decoder(years[:-1])
        first, _ = self.attend(led, read, read)
        scores = self.by_hand(led).transpose(0, 1) @ read.permute(1, 2, 0)
        second = (scores.softmax(-1) @ read.transpose(0, 1)).transpose(0, 1)
        return F.mse_loss(self.head(torch.cat([led, first, second], -1)), years[1:])


def make_model():
    torch.manual_seed(0)
    return Glaciers()


def make_inputs():
    return (torch.randn(10, 6, 3, generator=torch.Generator().manual_seed(4)),)


INPUT_AXES = (("seq", "batch", "feature"),)
