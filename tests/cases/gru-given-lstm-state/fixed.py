import torch
import torch.nn as nn


class GruDec(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.LSTM(5, 9, batch_first=True)
        self.dec = nn.GRU(4, 9, batch_first=True)

    def forward(self, x, y):
        _, state = self.enc(x)
        o, _ = self.dec(y, state[0])
        return o


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return GruDec()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 7, 4))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "steps", "feature"))
