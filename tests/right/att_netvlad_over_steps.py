import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8, clusters=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.assign = nn.Linear(d, clusters)
        self.centers = nn.Parameter(torch.randn(clusters, d))
        self.out = nn.Linear(clusters * d, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        a = self.assign(h).softmax(-1)
        vlad = torch.bmm(a.transpose(1, 2), h) - a.sum(1).unsqueeze(-1) * self.centers
        return self.out(F.normalize(F.normalize(vlad, dim=-1).flatten(1), dim=-1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
