import torch
import torch.nn as nn
import torch.nn.functional as F


class Last(nn.Module):
    def forward(self, out):
        return out[0][:, -1]


class Permute(nn.Module):
    def __init__(self, *d):
        super().__init__()
        self.d = d

    def forward(self, x):
        return x.permute(*self.d)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return nn.Sequential(Permute(0, 2, 1), nn.Conv1d(5, 6, 3, padding=1), nn.BatchNorm1d(6), nn.ReLU(), nn.MaxPool1d(2), Permute(0, 2, 1), nn.LSTM(6, 8, batch_first=True), Last(), nn.Dropout(0.3), nn.Linear(8, 4))


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 10, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 1, 2, 3, 0, 1])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
