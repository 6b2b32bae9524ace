import torch
import torch.nn as nn
import torch.nn.functional as F


class Rv(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.d = nn.LSTM(5, 8, batch_first=True), nn.LSTM(5, 8, batch_first=True)
        self.o = nn.Linear(8, 5)

    def forward(self, x):
        _, s = self.e(x)
        r = torch.flip(x, [1])
        inp = torch.cat([torch.zeros_like(r[:, :1]), r[:, :-1]], 1)
        y, _ = self.d(inp, s)
        return self.o(y).flip(1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Rv()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 9, 5)


TARGET_AXES = ("batch", "seq", "feature")


def loss_fn(output, target):
    return F.mse_loss(output, target)
