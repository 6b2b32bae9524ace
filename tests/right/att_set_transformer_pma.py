import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class MAB(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.heads = heads

    def forward(self, Q, K):
        Q, K, V = self.q(Q), self.k(K), self.v(K)
        split = Q.size(-1) // self.heads
        Q_ = torch.cat(Q.split(split, 2), 0)
        K_ = torch.cat(K.split(split, 2), 0)
        V_ = torch.cat(V.split(split, 2), 0)
        A = torch.softmax(Q_.bmm(K_.transpose(1, 2)) / math.sqrt(split), 2)
        O = torch.cat((Q_ + A.bmm(V_)).split(Q.size(0), 0), 2)
        return O + F.relu(self.o(O))


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.induce = nn.Parameter(torch.randn(1, 4, d))
        self.seed = nn.Parameter(torch.randn(1, 2, d))
        self.m1, self.m2, self.m3 = MAB(d, 3), MAB(d, 3), MAB(d, 3)
        self.out = nn.Linear(2 * d, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        i = self.m1(self.induce.repeat(h.size(0), 1, 1), h)
        h = self.m2(h, i)
        return self.out(self.m3(self.seed.repeat(h.size(0), 1, 1), h).flatten(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
