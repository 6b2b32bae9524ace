
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, x=4, h=4, z=4):
        super().__init__()
        self.h = h
        self.px, self.pz = nn.Sequential(nn.Linear(x, h), nn.ReLU()), nn.Sequential(nn.Linear(z, h), nn.ReLU())
        self.enc, self.em, self.es = nn.Linear(2 * h, h), nn.Linear(h, z), nn.Sequential(nn.Linear(h, z), nn.Softplus())
        self.pr, self.pm, self.ps = nn.Linear(h, h), nn.Linear(h, z), nn.Sequential(nn.Linear(h, z), nn.Softplus())
        self.dec = nn.Sequential(nn.Linear(2 * h, x), nn.Sigmoid())
        self.rnn = nn.GRU(2 * h, h, 2)

    def forward(self, x):
        kld, nll, ms = 0, 0, []
        h = torch.zeros(2, x.size(1), self.h)
        for t in range(x.size(0)):
            px = self.px(x[t])
            e = F.relu(self.enc(torch.cat([px, h[-1]], 1))); m, s = self.em(e), self.es(e) + 1e-4
            p = F.relu(self.pr(h[-1])); pm, ps = self.pm(p), self.ps(p) + 1e-4
            eps = torch.empty(size=s.size()).normal_()
            z = eps.mul(s).add_(m)
            pz = self.pz(z)
            d = self.dec(torch.cat([pz, h[-1]], 1))
            _, h = self.rnn(torch.cat([px, pz], 1).unsqueeze(0), h)
            kld = kld + 0.5 * torch.sum(2 * torch.log(ps) - 2 * torch.log(s) + (s.pow(2) + (m - pm).pow(2)) / ps.pow(2) - 1)
            nll = nll - torch.sum(x[t] * torch.log(d + 1e-6) + (1 - x[t]) * torch.log(1 - d + 1e-6))
            ms.append(m)
        return kld + nll


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.rand(4, 4, 4),)


INPUT_AXES = (("seq","batch","feature"),)
