import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, features=4, dim=12):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.q, self.k = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.out = nn.Linear(dim, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        scores = torch.einsum("bid,bjd->bij", self.q(h), self.k(h))
        weights = F.softmax(scores, dim=-1)
        context = torch.einsum("bij,bjd->bid", weights, h)
        return self.out(context[:, -1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
