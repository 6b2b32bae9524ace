import torch
import torch.nn as nn


class FixedWindow(nn.Module):
    def __init__(self, features=5, hidden=6, seq=8, classes=3):
        super().__init__()
        self.rnn = nn.GRU(features, hidden)
        self.fc = nn.LazyLinear(classes)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out.transpose(0, 1).reshape(x.size(1), -1))


def make_model():
    torch.manual_seed(60)
    return FixedWindow()


def make_inputs(batch=5, seq=8):
    return (torch.randn(seq, batch, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
