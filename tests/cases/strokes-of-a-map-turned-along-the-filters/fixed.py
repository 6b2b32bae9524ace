import torch
from torch import nn


class LineReader(nn.Module):
    def __init__(self, filters=9, letters=13):
        super().__init__()
        self.conv = nn.Conv2d(1, filters, 3, padding=1)
        self.pool = nn.AdaptiveMaxPool2d((1, None))
        self.from_left = nn.GRU(filters, 10, batch_first=True)
        self.from_right = nn.GRU(filters, 10, batch_first=True)
        self.letters = nn.Linear(20, letters)

    def forward(self, pictures):
        columns = self.pool(self.conv(pictures).relu()).squeeze(2).permute(0, 2, 1)
        one, _ = self.from_left(columns)
        other, _ = self.from_right(columns.flip([1]))
        other = other.flip([1])
        return self.letters(torch.cat([one, other], dim=2))


def make_model():
    torch.manual_seed(0)
    return LineReader()


def make_inputs(batch=3):
    return (torch.randn(batch, 1, 6, 15),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
