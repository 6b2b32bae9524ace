
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=3, h=5):
        super().__init__()
        self.h = h
        self.register_buffer("x_mean", torch.zeros(n))
        self.gx, self.gh = nn.Parameter(torch.ones(n)), nn.Linear(n, h)
        self.z, self.r, self.hh = nn.Linear(2 * n + h, h), nn.Linear(2 * n + h, h), nn.Linear(2 * n + h, h)
        self.fc = nn.Linear(h, 1)

    def forward(self, inp):
        B, C, T, Fd = inp.size()
        X, M, D = torch.squeeze(inp[:, 0]), torch.squeeze(inp[:, 1]), torch.squeeze(inp[:, 2])
        h = torch.zeros(B, self.h)
        last = torch.zeros(B, Fd)
        outs = None
        for i in range(T):
            x, m, d = torch.squeeze(X[:, i:i + 1]), torch.squeeze(M[:, i:i + 1]), torch.squeeze(D[:, i:i + 1])
            last = torch.where(m > 0.5, x, last)
            gx = torch.exp(-torch.clamp(self.gx * d, min=0)); gh = torch.exp(-F.relu(self.gh(d)))
            x = m * x + (1 - m) * (gx * last + (1 - gx) * self.x_mean)
            h = gh * h
            c = torch.cat((x, h, m), 1)
            z, r = torch.sigmoid(self.z(c)), torch.sigmoid(self.r(c))
            h = (1 - z) * h + z * torch.tanh(self.hh(torch.cat((x, r * h, m), 1)))
            outs = h.unsqueeze(1) if outs is None else torch.cat((outs, h.unsqueeze(1)), 1)
        return torch.sigmoid(self.fc(outs[:, -1, :]))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.rand(5, 3, 5, 3),)


INPUT_AXES = (("batch","channel","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.rand(5, 1)


TARGET_AXES = ("batch", None)


def loss_fn(o, t):
    return F.binary_cross_entropy(o, t)
