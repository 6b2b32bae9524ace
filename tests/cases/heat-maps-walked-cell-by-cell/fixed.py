import torch
import torch.nn as nn


class Heat(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(12, 9, batch_first=True, bidirectional=True)
        self.out = nn.Linear(18, 3)

    def forward(self, maps):
        x = maps.flatten(2)
        y, _ = self.rnn(x)
        return self.out(y.mean(1))


def make_model():
    torch.manual_seed(0)
    return Heat()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 12, 3, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "height", "width"),)
