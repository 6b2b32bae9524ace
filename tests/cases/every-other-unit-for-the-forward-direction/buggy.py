import torch
import torch.nn as nn


class ForwardOnlyHead(nn.Module):
    def __init__(self, features=6, hidden=10):
        super().__init__()
        self.hidden = hidden
        self.lstm = nn.LSTM(features, hidden, bidirectional=True, batch_first=True)
        self.next = nn.Linear(hidden, features)
        self.previous = nn.Linear(hidden, features)

    def forward(self, x):
        y, _ = self.lstm(x)
        forward, reverse = y[:, :, ::2], y[:, :, 1::2]
        return self.next(forward), self.previous(reverse)


def make_model():
    torch.manual_seed(99)
    return ForwardOnlyHead()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
