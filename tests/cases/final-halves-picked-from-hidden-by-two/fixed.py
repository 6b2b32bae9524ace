import torch
import torch.nn as nn


class LastHalves(nn.Module):
    def __init__(self, features=6, hidden=8, classes=3):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(features, hidden, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * hidden, classes)

    def forward(self, x):
        y, _ = self.gru(x)
        y = y.reshape(*y.shape[:2], 2, self.hidden)
        return self.out(torch.cat([y[:, -1, 0], y[:, 0, 1]], dim=1))


def make_model():
    torch.manual_seed(104)
    return LastHalves()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
