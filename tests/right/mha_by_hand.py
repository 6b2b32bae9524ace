import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, d=12, heads=3):
        super().__init__()
        self.h = heads
        self.rnn = nn.GRU(5, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.o = nn.Linear(d, d)

    def forward(self, x):
        x, _ = self.rnn(x)
        B, T, D = x.size()
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (t.view(B, T, self.h, D // self.h).permute(0, 2, 1, 3).reshape(B * self.h, T, -1) for t in (q, k, v))
        w = torch.bmm(q, k.transpose(1, 2)) / (D // self.h) ** 0.5
        mask = torch.triu(torch.ones(T, T), 1).bool()
        w = w.masked_fill(mask, float("-inf")).softmax(-1)
        y = torch.bmm(w, v).view(B, self.h, T, -1).transpose(1, 2).contiguous().view(B, T, D)
        return self.o(y) + x


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
