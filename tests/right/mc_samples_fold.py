import math

import torch
import torch.nn as nn


class IWAE(nn.Module):
    def __init__(self, K=4):
        super().__init__()
        self.K = K
        self.enc, self.dec = nn.GRU(5, 8), nn.GRU(3, 8)
        self.mu, self.out = nn.Linear(8, 3), nn.Linear(8, 5)

    def forward(self, x):
        T, B, _ = x.shape
        mu = self.mu(self.enc(x)[1][-1])
        z = mu.unsqueeze(0) + torch.randn(self.K, B, 3)
        y, _ = self.dec(z.view(1, self.K * B, 3).expand(T, -1, -1).contiguous())
        y = self.out(y).view(T, self.K, B, 5)
        ll = -((y - x.unsqueeze(1)) ** 2).sum((0, 3))
        return (torch.logsumexp(ll, 0) - math.log(self.K)).mean()


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return IWAE()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
