import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, num_layers=2, bidirectional=True)

    def forward(self, x):
        output, state = self.rnn(x)
        return output, tuple(s.reshape(2, x.size(1), 16) for s in state)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
