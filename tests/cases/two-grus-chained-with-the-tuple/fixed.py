import torch
import torch.nn as nn


class Stack(nn.Module):
    def __init__(self, features=5, hidden=8):
        super().__init__()
        self.first = nn.GRU(features, hidden, batch_first=True)
        self.second = nn.GRU(hidden, 6, batch_first=True)

    def forward(self, x):
        x = self.first(x)[0]
        return self.second(x)[0]


def make_model():
    torch.manual_seed(73)
    return Stack()


def make_inputs(batch=4, seq=6):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
