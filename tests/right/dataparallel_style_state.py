import torch
import torch.nn as nn


class DPS(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.LSTM(5, 4, 2, bidirectional=True, batch_first=True)
        self.dec = nn.LSTM(3, 8, 2, batch_first=True)
        self.out = nn.Linear(8, 3)

    def merge(self, s):
        s = s.view(2, 2, s.size(1), s.size(2))
        return torch.cat([s[:, 0], s[:, 1]], -1)

    def forward(self, x, y):
        _, (h, c) = self.enc(x)
        o, _ = self.dec(y, (self.merge(h), self.merge(c)))
        return self.out(o)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DPS()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 7, 3))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "steps", "feature"))
