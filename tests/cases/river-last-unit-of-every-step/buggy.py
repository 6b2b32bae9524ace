import torch
import torch.nn as nn


class River(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 8, batch_first=True)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        y, _ = self.rnn(x)
        return self.out(y[:, :, -1])


def make_model():
    torch.manual_seed(0)
    return River()


def make_inputs(batch=5):
    return (torch.randn(batch, 8, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
