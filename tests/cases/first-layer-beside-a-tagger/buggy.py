import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.tags, self.topic = nn.Linear(8, 5), nn.Linear(8, 3)

    def forward(self, x):
        output, h_n = self.rnn(x)
        return self.tags(output), self.topic(h_n[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
