import torch
import torch.nn as nn
import torch.nn.functional as F


class TwoTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 8)
        self.rnn = nn.GRU(8, 10, batch_first=True)

    def enc(self, t):
        _, h = self.rnn(self.emb(t))
        return F.normalize(h[-1], dim=-1)

    def forward(self, a, b):
        za, zb = self.enc(a), self.enc(b)
        logits = za @ zb.t() / 0.07
        labels = torch.arange(len(a))
        return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return TwoTower()


def make_inputs():
    G.manual_seed(1)
    return (ids(50, 6, 9), ids(50, 6, 7))


INPUT_AXES = (("batch", "seq"), ("batch", "seq2"))
