import torch
import torch.nn as nn
import torch.nn.functional as F


class MDN(nn.Module):
    def __init__(self, k=4, f=3):
        super().__init__()
        self.k, self.f = k, f
        self.lstm = nn.LSTM(f, 10, batch_first=True)
        self.head = nn.Linear(10, k * (2 * f + 1))

    def forward(self, x):
        h, _ = self.lstm(x)
        B, T, _ = h.shape
        y = self.head(h.reshape(-1, 10)).view(B, T, self.k, 2 * self.f + 1)
        return y[..., :self.f], y[..., self.f:2 * self.f].exp(), F.log_softmax(y[..., -1], dim=-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MDN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 9, 3)


TARGET_AXES = ("batch", "seq", "feature")


def loss_fn(output, target):
    mu, sd, pi = output
    lp = torch.distributions.Normal(mu, sd).log_prob(target.unsqueeze(2)).sum(-1)
    return -torch.logsumexp(pi + lp, -1).mean()
