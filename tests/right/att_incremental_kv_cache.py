import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, heads=3):
        super().__init__()
        self.rnn = nn.GRUCell(f, d)
        self.qkv = nn.Linear(d, 3 * d)
        self.heads = heads
        self.out = nn.Linear(d, f)

    def forward(self, x):
        h, keys, values, outs = None, None, None, []
        for t in range(x.size(1)):
            h = self.rnn(x[:, t], h)
            q, k, v = (z.view(x.size(0), 1, self.heads, -1).transpose(1, 2) for z in self.qkv(h).chunk(3, -1))
            keys = k if keys is None else torch.cat([keys, k], 2)
            values = v if values is None else torch.cat([values, v], 2)
            w = (q @ keys.transpose(-2, -1)).softmax(-1)
            outs.append(self.out((w @ values).transpose(1, 2).flatten(2)))
        return torch.cat(outs, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
