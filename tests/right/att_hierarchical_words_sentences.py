import torch
import torch.nn as nn


class Pool(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.proj, self.query = nn.Linear(d, d), nn.Parameter(torch.randn(d))

    def forward(self, h):
        u = torch.tanh(self.proj(h))
        a = torch.softmax(u @ self.query, dim=1)
        return torch.sum(a.unsqueeze(-1) * h, dim=1)


class Model(nn.Module):
    def __init__(self, f=4, d=6):
        super().__init__()
        self.words = nn.GRU(f, d, batch_first=True, bidirectional=True)
        self.sentences = nn.GRU(2 * d, d, batch_first=True, bidirectional=True)
        self.p1, self.p2 = Pool(2 * d), Pool(2 * d)
        self.out = nn.Linear(2 * d, 3)

    def forward(self, x):
        b, s, w, f = x.shape
        h, _ = self.words(x.view(b * s, w, f))
        docs, _ = self.sentences(self.p1(h).view(b, s, -1))
        return self.out(self.p2(docs))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 3, 5, 4, generator=g),)


INPUT_AXES = (("batch", "sentence", "seq", "feature"),)
