import torch
import torch.nn as nn


class H0(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 9, 2, batch_first=True)
        self.out = nn.Linear(9, 2)

    def forward(self, x):
        h0 = torch.zeros(2, x.size(0), 9)
        o, _ = self.rnn(x, h0)
        return self.out(o)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return H0()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
