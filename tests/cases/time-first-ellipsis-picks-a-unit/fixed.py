import torch
import torch.nn as nn


class Turn(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 6)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        y, _ = self.rnn(x)
        return self.out(y[-1])


def make_model():
    torch.manual_seed(0)
    return Turn()


def make_inputs(batch=5):
    return (torch.randn(6, batch, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
