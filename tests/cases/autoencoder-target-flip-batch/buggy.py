
import torch
import torch.nn as nn
import torch.nn.functional as F


class AE(nn.Module):
    def __init__(self, n=4, h=9):
        super().__init__()
        self.enc = nn.LSTM(n, h, batch_first=True)
        self.dec = nn.LSTM(n, h, batch_first=True)
        self.out = nn.Linear(h, n)

    def forward(self, x):
        _, state = self.enc(x)
        step = torch.zeros(x.size(0), 1, x.size(2))
        rec = []
        for _ in range(x.size(1)):
            o, state = self.dec(step, state)
            step = self.out(o)
            rec.append(step)
        return torch.cat(rec, dim=1)


def make_model():
    torch.manual_seed(0)
    return AE()


def make_inputs():
    return (torch.randn(6, 8, 4, generator=torch.Generator().manual_seed(5)),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    return torch.randn(6, 8, 4, generator=torch.Generator().manual_seed(5))


TARGET_AXES = ("batch", "seq", "feature")


def loss_fn(output, x):
    return F.mse_loss(output, x.flip(0))
