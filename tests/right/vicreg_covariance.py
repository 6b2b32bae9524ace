import torch
import torch.nn as nn
import torch.nn.functional as F


class V(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.proj = nn.Linear(8, 7)

    def forward(self, a, b):
        za, zb = (self.proj(self.rnn(x)[1][-1]) for x in (a, b))
        inv = F.mse_loss(za, zb)
        var = sum(F.relu(1 - torch.sqrt(z.var(dim=0) + 1e-4)).mean() for z in (za, zb))
        z = za - za.mean(dim=0)
        cov = z.T @ z / (len(z) - 1)
        off = cov.pow(2).sum() - cov.diagonal().pow(2).sum()
        return inv + var + off / 7


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return V()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 9, 5))


INPUT_AXES = (("batch", "seq", "feature"),) * 2
