import torch
import torch.nn as nn


class BatteryLife(nn.Module):
    def __init__(self, signals=8, hidden=10):
        super().__init__()
        self.lstm = nn.LSTM(signals, hidden)
        self.head = nn.Linear(hidden, 1)

    def forward(self, cycles):
        _, (h, _) = self.lstm(cycles)
        return self.head(h[-1])


def make_model():
    torch.manual_seed(51)
    return BatteryLife()


def make_inputs(batch=6, seq=9):
    return (torch.randn(seq, batch, 8),)


INPUT_AXES = (("seq", "batch", "signal"),)


def make_target(batch=6, seq=9):
    return torch.rand(batch)


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return ((output - target) ** 2).mean().sqrt()
