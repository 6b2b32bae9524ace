import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, a, b, dilation):
        super().__init__()
        self.pad = 2 * dilation
        self.conv = nn.utils.parametrizations.weight_norm(nn.Conv1d(a, b, 3, padding=self.pad, dilation=dilation))
        self.skip = nn.Conv1d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x):
        y = F.relu(self.conv(x)[:, :, : -self.pad])
        return F.relu(F.dropout1d(y, 0.1, self.training) + self.skip(x))


class Model(nn.Module):
    def __init__(self, sensors=5):
        super().__init__()
        self.tcn = nn.Sequential(Block(sensors, 8, 1), Block(8, 8, 2), Block(8, 10, 4))
        self.rnn, self.out = nn.GRU(10, 6), nn.Linear(6, 3)

    def forward(self, x):
        y = self.tcn(x.permute(0, 2, 1))
        _, h = self.rnn(y.permute(2, 0, 1))
        return self.out(h.squeeze(0))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 12, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "sensor"),)
