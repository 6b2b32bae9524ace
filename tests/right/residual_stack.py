import torch
import torch.nn as nn
import torch.nn.functional as F


class Res(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(5, 8)
        self.rnns = nn.ModuleList(nn.LSTM(8, 4, bidirectional=True) for _ in range(3))
        self.ln = nn.ModuleList(nn.LayerNorm(8) for _ in range(3))

    def forward(self, x):
        x = self.inp(x)
        for r, l in zip(self.rnns, self.ln):
            y, _ = r(x.transpose(0, 1))
            x = x + F.dropout(l(y.transpose(0, 1)), 0.1, self.training)
        return x.amax(1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Res()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
