import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8, caps=3, size=5):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True, bidirectional=True)
        self.w = nn.Linear(2 * d, caps * size)
        self.caps = caps

    def forward(self, x):
        h, _ = self.rnn(x)
        u = self.w(h).view(*h.shape[:2], self.caps, -1)
        b = torch.zeros(*u.shape[:3])
        for _ in range(3):
            c = F.softmax(b, dim=2)
            s = torch.einsum("btk,btkd->bkd", c, u)
            n = s.norm(dim=-1, keepdim=True)
            v = s * n / (1 + n**2)
            b = b + torch.einsum("btkd,bkd->btk", u, v)
        return v.norm(dim=-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
