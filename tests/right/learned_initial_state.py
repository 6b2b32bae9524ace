import torch
import torch.nn as nn
import torch.nn.functional as F


class L(nn.Module):
    def __init__(self):
        super().__init__()
        self.h0, self.c0 = nn.Parameter(torch.randn(2, 1, 8)), nn.Parameter(torch.randn(2, 1, 8))
        self.lstm = nn.LSTM(5, 8, 2, batch_first=True)
        self.fc = nn.Linear(8, 1)

    def forward(self, x):
        n = x.size(0)
        o, _ = self.lstm(x, (self.h0.expand(-1, n, -1).contiguous(), self.c0.repeat(1, n, 1)))
        return self.fc(o).squeeze(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return L()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.mse_loss(output, target)
