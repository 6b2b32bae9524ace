import torch
import torch.nn as nn


class AirModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 10, num_layers=2)
        self.linear = nn.Linear(10, 3)

    def forward(self, x):
        x, _ = self.lstm(x)
        x = self.linear(x[:, -1, :])
        return x


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return AirModel()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
