import torch
import torch.nn as nn
import torch.nn.functional as F


class ODE(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(10, 8)
        self.decay = nn.Linear(5, 8)
        self.register_buffer("mean", torch.zeros(5))
        self.fc = nn.Linear(8, 1)

    def forward(self, x, m, dt):
        h = x.new_zeros(x.size(0), 8)
        last = self.mean.expand(x.size(0), -1)
        for t in range(x.size(1)):
            g = torch.exp(-F.relu(self.decay(dt[:, t])))
            h = g * h
            xt = torch.where(m[:, t] > 0, x[:, t], last)
            last = xt
            h = self.cell(torch.cat([xt, m[:, t]], 1), h)
        return torch.sigmoid(self.fc(h)).view(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ODE()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), (rn(6, 9, 5) > 0).float(), rn(6, 9, 5).abs())


INPUT_AXES = (("batch", "seq", "feature"),) * 3


def make_target():
    G.manual_seed(2)
    return torch.tensor([0.0, 1, 1, 0, 1, 0])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.binary_cross_entropy(output, target)
