import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Signals(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = nn.LSTM(5, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, signals, steps):
        batch, longest, _ = signals.shape
        rows = signals.view(longest, batch, -1)
        packed = pack_padded_sequence(rows, steps, enforce_sorted=False)
        return self.head(self.reader(packed)[1][0][-1])


def make_model():
    torch.manual_seed(0)
    return Signals()


def make_inputs():
    return torch.randn(6, 9, 5, generator=torch.Generator().manual_seed(1)), torch.tensor([9, 4, 7, 5, 8, 6])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
