import torch
import torch.nn as nn


class SummedEncoder(nn.Module):
    def __init__(self, features=7, hidden=10, out=4):
        super().__init__()
        self.hidden = hidden
        self.rnn = nn.LSTM(features, hidden, bidirectional=True)
        self.out = nn.Linear(hidden, out)

    def forward(self, x):
        y, _ = self.rnn(x)
        t, b, _ = y.shape
        y = y.view(t, b, 2, self.hidden).sum(dim=2)
        return self.out(y)


def make_model():
    torch.manual_seed(30)
    return SummedEncoder()


def make_inputs(batch=4, seq=9):
    return (torch.randn(seq, batch, 7),)


INPUT_AXES = (("seq", "batch", "feature"),)
