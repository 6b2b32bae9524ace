import torch
import torch.nn as nn


class Smoother(nn.Module):
    def __init__(self, features=5, hidden=8):
        super().__init__()
        self.gru = nn.GRU(features, hidden)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(hidden, features)

    def forward(self, x):
        y, _ = self.gru(x)
        return self.out(self.drop(y))


def make_model():
    torch.manual_seed(72)
    return Smoother()


def make_inputs(batch=4, seq=6):
    return (torch.randn(seq, batch, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
