import torch
from torch import nn


class PollenQuantiles(nn.Module):
    def __init__(self, features=5, quantiles=3):
        super().__init__()
        self.quantiles = quantiles
        self.gru = nn.GRU(features, 15, batch_first=True)
        self.head = nn.Linear(15, quantiles)

    def forward(self, weather):
        return self.head(self.gru(weather)[0])


def make_model():
    torch.manual_seed(0)
    return PollenQuantiles()


def make_inputs(batch=10, seq=10):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=10, seq=10):
    return torch.rand(batch, 3, seq)


TARGET_AXES = ("batch", "quantile", "seq")


def loss_fn(levels, pollen):
    levels = levels.permute(0, 2, 1)
    return (levels - pollen).abs().mean()
