import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, bidirectional=True)
        self.slots, self.intent = nn.Linear(16, 5), nn.Linear(16, 3)

    def forward(self, x):
        output, (h_n, _) = self.rnn(x)
        return self.slots(output), self.intent(output[-1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
