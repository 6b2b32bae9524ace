import torch
import torch.nn as nn


class Normed(nn.Module):
    def __init__(self, features=6, hidden=10):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.norm = nn.BatchNorm1d(hidden)
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        y, _ = self.gru(x)
        y = self.norm(y.transpose(1, 2)).transpose(1, 2)
        return self.out(y)


def make_model():
    torch.manual_seed(80)
    return Normed().eval()


def make_inputs(batch=4, seq=9):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
