import torch
import torch.nn as nn


class Wind(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.norm = nn.GRU(4, 9, batch_first=True), nn.BatchNorm1d(9)
        self.out = nn.Linear(9, 1)

    def forward(self, x):
        y, _ = self.rnn(x)
        return self.out(self.norm(y.transpose(1, 2)).transpose(1, 2))


def make_model():
    torch.manual_seed(0)
    return Wind()


def make_inputs(batch=6):
    return (torch.randn(batch, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
