import torch
import torch.nn as nn
import torch.nn.functional as F


class Tide(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 10, batch_first=True)
        self.level = nn.Linear(10, 1)

    def forward(self, x):
        states, _ = self.rnn(x)
        return self.level(states[:, -1:])


def make_model():
    torch.manual_seed(0)
    return Tide()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=5):
    return torch.randn(batch, 1, 1)


TARGET_AXES = ("batch", None, None)


def loss_fn(output, target):
    return F.smooth_l1_loss(output, target)
