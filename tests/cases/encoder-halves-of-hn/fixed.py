import torch
import torch.nn as nn


class Seq2Seq(nn.Module):
    def __init__(self, L=2, h=6):
        super().__init__()
        self.L = L
        self.enc = nn.GRU(5, h, L, bidirectional=True)
        self.dec = nn.GRU(4, 2 * h, L)
        self.out = nn.Linear(2 * h, 7)

    def forward(self, src, trg):
        _, h = self.enc(src)
        h = torch.cat((h[0::2], h[1::2]), dim=2)
        o, _ = self.dec(trg, h)
        return self.out(o)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Seq2Seq()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5), rn(8, 6, 4))


INPUT_AXES = (("seq", "batch", "feature"), ("steps", "batch", "feature"))
