import torch
import torch.nn as nn


class Stock(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 7, num_layers=2, batch_first=True)
        self.out = nn.Sequential(nn.ReLU(), nn.Linear(7, 2))

    def forward(self, x):
        y, _ = self.rnn(x)
        return self.out(y.select(-1, 6))


def make_model():
    torch.manual_seed(0)
    return Stock()


def make_inputs(batch=6):
    return (torch.randn(batch, 7, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
