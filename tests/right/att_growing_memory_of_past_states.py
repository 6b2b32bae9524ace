import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.cell = nn.LSTMCell(f + d, d)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), 12)
        past, outs = [h], []
        for t in range(x.size(1)):
            keys = torch.stack(past, 1)
            w = F.softmax(torch.bmm(keys, h.unsqueeze(2)), dim=1)
            read = (w * keys).sum(1)
            h, c = self.cell(torch.cat([x[:, t], read], 1), (h, c))
            past.append(h)
            outs.append(self.out(h))
        return torch.stack(outs, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
