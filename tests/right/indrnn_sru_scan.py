
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4):
        super().__init__()
        self.w, self.u = nn.Linear(d, d), nn.Parameter(torch.rand(d)); self.bn = nn.BatchNorm1d(d)
        self.z, self.hc = nn.Linear(d, d), nn.Linear(d, d); self.o = nn.Linear(d, d)

    def forward(self, x):
        T, B, D = x.shape
        h = torch.zeros(B, D); hs = []
        for xt in self.w(x):
            h = F.relu(xt + self.u * h); hs.append(h)
        y = torch.stack(hs)
        y = self.bn(y.view(T * B, D)).view(T, B, D)
        y = y.transpose(0, 1)
        k = self.z(y)
        lc, lz = -F.softplus(k), -F.softplus(-k)
        lh = torch.where(self.hc(y) >= 0, (F.relu(self.hc(y)) + .5).log(), -F.softplus(-self.hc(y)))
        a = F.pad(torch.cumsum(lc, dim=1), (0, 0, 1, 0))
        lv = torch.cat([torch.zeros(B, 1, D), lz + lh], dim=1)
        out = torch.exp(a + torch.logcumsumexp(lv - a, dim=1))[:, 1:]
        return self.o(out)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("seq","batch","feature"),)
