import torch
from torch import nn


class Well(nn.Module):
    """The level of one well, from the rain of each day."""

    def __init__(self, readings=4, width=9):
        super().__init__()
        self.lstm = nn.LSTM(readings, width, num_layers=2, batch_first=True)
        self.level = nn.Linear(width, 1)

    def forward(self, readings):
        states, _ = self.lstm(readings.unsqueeze(1))
        return self.level(states.squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Well()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(30, 4, generator=g),)


INPUT_AXES = (("seq", "feature"),)
