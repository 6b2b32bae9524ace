import torch
import torch.nn as nn


class Copy(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.LSTM(5, 8, batch_first=True)
        self.dec = nn.LSTM(4, 8, batch_first=True)
        self.out = nn.Linear(8, 4)

    def forward(self, src, trg):
        _, (h, c) = self.enc(src)
        y, _ = self.dec(trg, (c, h))
        return self.out(y)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Copy()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 7, 4))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "steps", "feature"))
