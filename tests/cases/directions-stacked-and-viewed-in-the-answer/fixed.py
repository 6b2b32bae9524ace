import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, bidirectional=True)

    def forward(self, x):
        _, h = self.rnn(x)
        return torch.stack((h[-2], h[-1]), 1).view(-1, 16)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
