import torch
import torch.nn as nn
import torch.nn.functional as F


class Mix(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.disc = nn.Bilinear(8, 8, 1)

    def forward(self, x):
        o, h = self.rnn(x)
        s = h[-1]
        perm = torch.randperm(x.size(0))
        pos = self.disc(o, s.unsqueeze(1).expand_as(o).contiguous()).squeeze(-1)
        neg = self.disc(o, s[perm].unsqueeze(1).expand_as(o).contiguous()).squeeze(-1)
        return F.softplus(-pos).mean() + F.softplus(neg).mean()


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Mix()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
