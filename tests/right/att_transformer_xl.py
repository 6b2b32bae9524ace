import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, heads=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d)
        self.qkv = nn.Linear(d, 3 * d, bias=False)
        self.r = nn.Linear(d, d, bias=False)
        self.u, self.w = nn.Parameter(torch.randn(heads, d // heads)), nn.Parameter(torch.randn(heads, d // heads))
        self.heads, self.d = heads, d
        self.out = nn.Linear(d, f)

    def shift(self, x):
        zero = x.new_zeros((x.size(0), 1, *x.size()[2:]))
        padded = torch.cat([zero, x], 1).view(x.size(1) + 1, x.size(0), *x.size()[2:])
        return padded[1:].view_as(x)

    def forward(self, x):
        h, _ = self.rnn(x.transpose(0, 1))
        half = h.size(0) // 2
        memory, h = h[:half].detach(), h[half:]
        cat = torch.cat([memory, h], 0)
        q, k, v = torch.chunk(self.qkv(cat), 3, dim=-1)
        q = q[-h.size(0) :]
        q, k, v = (z.view(z.size(0), z.size(1), self.heads, -1) for z in (q, k, v))
        place = torch.arange(cat.size(0) - 1, -1, -1.0)
        freq = 10000 ** (-torch.arange(0, self.d, 2) / self.d)
        angle = torch.outer(place, freq)
        r = self.r(torch.cat([angle.sin(), angle.cos()], -1)).view(-1, self.heads, self.d // self.heads)
        ac = torch.einsum("ibnd,jbnd->ijbn", q + self.u, k)
        bd = self.shift(torch.einsum("ibnd,jnd->ijbn", q + self.w, r))
        mask = torch.triu(torch.ones(q.size(0), k.size(0)), diagonal=1 + memory.size(0)).bool()[:, :, None, None]
        prob = F.softmax((ac + bd).masked_fill(mask, -float("inf")), dim=1)
        vec = torch.einsum("ijbn,jbnd->ibnd", prob, v)
        return self.out(vec.reshape(vec.size(0), vec.size(1), -1)).transpose(0, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
