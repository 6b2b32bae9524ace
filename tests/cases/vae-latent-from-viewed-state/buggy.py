import torch
import torch.nn as nn
import torch.nn.functional as F


class SeqVAE(nn.Module):
    def __init__(self, h=6, z=4):
        super().__init__()
        self.enc = nn.GRU(5, h, 2, bidirectional=True, batch_first=True)
        self.mu, self.logvar = nn.Linear(4 * h, z), nn.Linear(4 * h, z)
        self.z2h = nn.Linear(z, h)
        self.dec = nn.GRU(5, h, batch_first=True)
        self.out = nn.Linear(h, 5)

    def forward(self, x):
        n = len(x)
        _, h = self.enc(x)
        h = h.view(n, -1)
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp() if self.training else mu
        y, _ = self.dec(F.pad(x, (0, 0, 1, 0))[:, :-1], torch.tanh(self.z2h(z)).unsqueeze(0))
        return self.out(y), mu, logvar


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return SeqVAE()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
