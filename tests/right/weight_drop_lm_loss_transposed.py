import torch
import torch.nn as nn
import torch.nn.functional as F


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 8)
        self.rnns = nn.ModuleList([nn.LSTM(8, 10), nn.LSTM(10, 8)])
        self.dec = nn.Linear(8, 30)

    def forward(self, x, h):
        e = self.emb(x)
        new = []
        for l, r in enumerate(self.rnns):
            m = e.new_empty(1, e.size(1), e.size(2)).bernoulli_(0.8) / 0.8
            e, s = r(e * m, h[l])
            new.append(tuple(v.detach() for v in s))
        return self.dec(e.view(-1, 8)), new


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LM()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 9, 6), [(rn(1, 6, 10), rn(1, 6, 10)), (rn(1, 6, 8), rn(1, 6, 8))])


INPUT_AXES = (("seq", "batch"), None)


def make_target():
    G.manual_seed(2)
    return ids(30, 9, 6)


TARGET_AXES = ("seq", "batch")


def loss_fn(output, target):
    return F.cross_entropy(output[0], target.view(-1))
