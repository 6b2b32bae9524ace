import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.embed = nn.Linear(9, d)
        self.attention = nn.MultiheadAttention(d, 2, batch_first=True)
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.out = nn.Linear(d, 3)

    def forward(self, x):
        variables = self.embed(x.transpose(1, 2))
        y, _ = self.attention(variables, variables, variables)
        _, h = self.rnn(x)
        return self.out(y.mean(1) + h[-1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
