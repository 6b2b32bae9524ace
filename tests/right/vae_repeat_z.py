import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.LSTM(5, 8, 2, bidirectional=True)
        self.mu, self.lv = nn.Linear(16, 4), nn.Linear(16, 4)
        self.dec = nn.LSTM(4 + 5, 8)
        self.init = nn.Linear(4, 16)
        self.out = nn.Linear(8, 5)

    def forward(self, x):
        T, B, _ = x.shape
        _, (h, _) = self.enc(x)
        h = h.view(2, 2, B, 8)[-1].permute(1, 0, 2).contiguous().view(B, -1)
        mu, lv = self.mu(h), self.lv(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * lv)
        h0, c0 = torch.tanh(self.init(z)).unsqueeze(0).chunk(2, -1)
        xs = torch.cat([torch.zeros(1, B, 5), x[:-1]], 0)
        y, _ = self.dec(torch.cat([z.unsqueeze(0).expand(T, -1, -1), xs], -1), (h0.contiguous(), c0.contiguous()))
        return self.out(y), mu, lv


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return VAE()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(9, 6, 5)


TARGET_AXES = ("seq", "batch", "feature")


def loss_fn(output, target):
    y, mu, lv = output
    kl = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp(), dim=1).mean()
    return F.mse_loss(y, target, reduction="sum") / target.size(1) + kl
