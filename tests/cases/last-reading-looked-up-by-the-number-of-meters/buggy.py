import torch
from torch import nn


class Meters(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 14, num_layers=2, batch_first=True)
        self.head = nn.Sequential(nn.Linear(14, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, hours):
        output, _ = self.rnn(hours)
        last = len(output) - 1
        return self.head(output[:, last]).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Meters()


def make_inputs(batch=5, seq=12):
    return (torch.randn(batch, max(seq, batch), 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
