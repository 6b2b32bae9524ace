import torch
import torch.nn as nn


class Emotion(nn.Module):
    def __init__(self, features=6, hidden=9, classes=5):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(features, hidden, bidirectional=True, batch_first=True)
        self.out = nn.Linear(hidden, classes)

    def forward(self, x):
        y, _ = self.gru(x)
        y = y[:, -1, : self.hidden] + y[:, 0, self.hidden :]
        return self.out(y)


def make_model():
    torch.manual_seed(100)
    return Emotion()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
