import torch
import torch.nn as nn


class Glucose(nn.Module):
    def __init__(self, features=4, hidden=9):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, num_layers=2, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h, c = (x.new_zeros(x.size(0), 2, 9) for _ in range(2))
        y, _ = self.lstm(x, (h, c))
        return self.out(y[:, -1])


def make_model():
    torch.manual_seed(75)
    return Glucose()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
