import torch
import torch.nn as nn
import torch.nn.functional as F


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.mean, self.var = nn.Linear(8, 2), nn.Linear(8, 2)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.mean(output[:, -1]), F.softplus(self.var(output))


def make_model():
    torch.manual_seed(0)
    return Forecast()


def make_inputs(batch=4, seq=6):
    torch.manual_seed(1)
    return (torch.randn(batch, seq, 1),)


def make_target(batch=4):
    torch.manual_seed(2)
    return torch.randn(batch, 2)


INPUT_AXES = (("batch", "seq", "feature"),)
TARGET_AXES = ("batch", "horizon")


def loss_fn(output, target):
    mean, var = output
    return F.gaussian_nll_loss(mean, target, var)
