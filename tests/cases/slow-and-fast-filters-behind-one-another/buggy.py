import torch
from torch import nn


class Tremor(nn.Module):
    """Filters of three widths over an accelerometer, then an LSTM over what they say of each moment."""

    def __init__(self, axes=3, maps=4, width=9):
        super().__init__()
        self.filters = nn.ModuleList(nn.Conv1d(axes, maps, size, padding="same") for size in (3, 5, 9))
        self.lstm = nn.LSTM(3 * maps, width, batch_first=True)
        self.stage = nn.Linear(width, 5)

    def forward(self, signal):
        batch, steps, _ = signal.shape
        seen = [layer(signal.transpose(1, 2)).transpose(1, 2) for layer in self.filters]
        seen = torch.cat(seen, dim=1).view(batch, steps, -1)
        _, (last, _) = self.lstm(torch.relu(seen))
        return self.stage(last[-1])


def make_model():
    torch.manual_seed(0)
    return Tremor()


def make_inputs(batch=4, seq=15):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
