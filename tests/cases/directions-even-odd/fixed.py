import torch
import torch.nn as nn


class EvenOdd(nn.Module):
    def __init__(self, h=10):
        super().__init__()
        self.h = h
        self.rnn = nn.LSTM(5, h, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(h, 4)

    def forward(self, x):
        o, _ = self.rnn(x)
        fwd, bwd = o[..., :self.h], o[..., self.h:]
        return self.fc(fwd + bwd)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return EvenOdd()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
