import torch
import torch.nn as nn


class Model(nn.Module):
    """A first LSTM walks over windows of the spectrum, folded with the time; a second one over the time."""

    def __init__(self, width=4, hidden=5):
        super().__init__()
        self.width = width
        self.over_frequency = nn.LSTM(width, hidden, batch_first=True)
        self.over_time = nn.LSTM(5 * hidden, 7, batch_first=True)
        self.out = nn.Linear(7, 3)

    def forward(self, spectrum):
        b, t, _ = spectrum.shape
        windows = spectrum.unfold(2, self.width, 2)
        y, _ = self.over_frequency(windows.reshape(b * t, -1, self.width))
        return self.out(self.over_time(y.reshape(b, t, -1))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 8, 12, generator=g),)


INPUT_AXES = (("batch", "seq", "frequency"),)
