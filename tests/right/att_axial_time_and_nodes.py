import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.over_time, self.over_nodes = (nn.MultiheadAttention(d, 2, batch_first=True) for _ in range(2))
        self.out = nn.Linear(d, 1)

    def forward(self, x):
        b, t, n, f = x.shape
        h, _ = self.rnn(x.transpose(1, 2).reshape(b * n, t, f))
        h = h + self.over_time(h, h, h)[0]
        h = h.view(b, n, t, -1).transpose(1, 2).reshape(b * t, n, -1)
        h = h + self.over_nodes(h, h, h)[0]
        return self.out(h.view(b, t, n, -1)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 5, 3, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "node", "feature"),)
