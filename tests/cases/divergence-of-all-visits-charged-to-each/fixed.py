import torch
import torch.nn as nn


class Visits(nn.Module):
    def __init__(self, f=5, h=8, z=3):
        super().__init__()
        self.rnn = nn.LSTM(f, h, batch_first=True)
        self.mu, self.logvar, self.back = nn.Linear(h, z), nn.Linear(h, z), nn.Linear(z, f)

    def forward(self, x, real):
        h, _ = self.rnn(x)
        mu, logvar = self.mu(h), self.logvar(h)
        error = (self.back(mu) - x).square().sum(2)
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(2)
        return error * real + kl * real


def make_model():
    torch.manual_seed(0)
    return Visits()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    real = (torch.arange(seq) < seq - torch.arange(batch)[:, None]).float()
    real[:, 0] = 1.0
    return torch.randn(batch, seq, 5, generator=g) * real[..., None], real


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
