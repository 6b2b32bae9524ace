import torch
import torch.nn as nn
from torch.distributions import Normal


class Flow(nn.Module):
    def __init__(self, horizon=4):
        super().__init__()
        self.rnn = nn.GRU(3, 8, batch_first=True)
        self.mean, self.spread = nn.Linear(8, horizon), nn.Linear(8, horizon)

    def forward(self, x):
        last = self.rnn(x)[0][:, -1:]
        return self.mean(last), nn.functional.softplus(self.spread(last)) + 0.01


def make_model():
    torch.manual_seed(0)
    return Flow()


def make_inputs(batch=6, seq=9):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=6):
    return torch.randn(batch, 4, 1)


TARGET_AXES = ("batch", "horizon", None)


def loss_fn(output, target):
    return -Normal(*output).log_prob(target.transpose(1, 2)).mean()
