import torch
import torch.nn as nn


class ResStack(nn.Module):
    def __init__(self, d=6, n=3):
        super().__init__()
        self.inp = nn.Linear(4, d)
        self.rnns = nn.ModuleList(nn.LSTM(d, d) for _ in range(n))
        self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in range(n))
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        x = self.inp(x)
        for rnn, norm in zip(self.rnns, self.norms):
            y, _ = rnn(x.transpose(0, 1))
            x = norm(x + y.transpose(0, 1))
        return self.out(x)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ResStack()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
