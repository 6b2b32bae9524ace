import torch
import torch.nn as nn


class StackedListener(nn.Module):
    def __init__(self, mels=8, hidden=11, phones=13):
        super().__init__()
        self.bottom = nn.LSTM(mels, hidden)
        self.top = nn.LSTM(2 * hidden, hidden)
        self.phones = nn.Linear(hidden, phones)

    def forward(self, frames):
        x, _ = self.bottom(frames)
        t, b, h = x.shape
        x = x.transpose(0, 1).reshape(b, t // 2, 2 * h).transpose(0, 1)
        x, _ = self.top(x)
        return self.phones(x)


def make_model():
    torch.manual_seed(12)
    return StackedListener()


def make_inputs(batch=5, seq=12):
    return (torch.randn(seq + seq % 2, batch, 8),)


INPUT_AXES = (("seq", "batch", "mel"),)
