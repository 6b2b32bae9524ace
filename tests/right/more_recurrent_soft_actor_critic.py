import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Two critics that look at observation and action, with the smaller of both as the answer."""

    def __init__(self, obs=5, act=2, d=8):
        super().__init__()
        self.encoder = nn.LSTM(obs, d, batch_first=True)
        self.mean, self.spread = nn.Linear(d, act), nn.Linear(d, act)
        self.critics = nn.ModuleList(nn.Sequential(nn.Linear(d + act, d), nn.ReLU(), nn.Linear(d, 1)) for _ in range(2))

    def forward(self, obs):
        y, _ = self.encoder(obs)
        normal = torch.distributions.Normal(self.mean(y), F.softplus(self.spread(y)) + 1e-3)
        raw = normal.rsample()
        action = torch.tanh(raw)
        log = (normal.log_prob(raw) - torch.log(1 - action.pow(2) + 1e-6)).sum(-1, keepdim=True)
        q = torch.minimum(*(critic(torch.cat([y, action], -1)) for critic in self.critics))
        return q - 0.2 * log


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 6, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
