import torch
from torch import nn


class Lifts(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.GRUCell(3, 12), nn.GRUCell(12, 12), nn.GRUCell(12, 12)
        self.out = nn.Linear(12, 2)

    def forward(self, calls):
        low = middle = high = torch.zeros(calls.size(0), 12)
        for t in range(calls.size(1)):
            low = self.first(calls[:, t], low)
            middle = self.second(low, middle)
            high = self.third(middle, high)
        return self.out(high)


def make_model():
    torch.manual_seed(0)
    return Lifts()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
