import torch
import torch.nn as nn


class Pooling(nn.Module):
    def __init__(self, features=4, hidden=10):
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, batch_first=True)
        self.score = nn.Sequential(nn.Linear(hidden, 6), nn.Tanh(), nn.Linear(6, 1))
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        a = self.score(h).transpose(1, 2)
        a = nn.functional.softmax(a, dim=2)
        return self.out((a @ h).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Pooling()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
