import torch
import torch.nn as nn
import torch.nn.functional as F


class MDN(nn.Module):
    def __init__(self, K=8, f=3):
        super().__init__()
        self.K, self.f = K, f
        self.lstm = nn.LSTM(f, 10, batch_first=True)
        self.mu, self.pi = nn.Linear(10, K * f), nn.Linear(10, K)

    def forward(self, x):
        h, _ = self.lstm(x)
        B, T, _ = h.shape
        return self.mu(h).view(B, T, self.K, self.f), F.log_softmax(self.pi(h), -1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MDN()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(8, 8, 3)


TARGET_AXES = ("batch", "seq", "feature")


def loss_fn(output, target):
    mu, pi = output
    d = ((target.unsqueeze(0) - mu) ** 2).sum(-1)
    return -torch.logsumexp(pi - 0.5 * d, dim=-1).mean()
