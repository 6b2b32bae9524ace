
import torch
import torch.nn as nn


class TimeDistributed(nn.Module):
    def __init__(self, module, batch_first=False):
        super(TimeDistributed, self).__init__()
        self.module = module
        self.batch_first = batch_first

    def forward(self, x):
        if len(x.size()) <= 2:
            return self.module(x)
        x_reshape = x.contiguous().view(-1, x.size(-1))
        y = self.module(x_reshape)
        if self.batch_first:
            y = y.contiguous().view(x.size(0), -1, y.size(-1))
        else:
            y = y.view(-1, x.size(0), y.size(-1))
        return y


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.td = TimeDistributed(nn.Sequential(nn.Linear(6, 9), nn.ReLU()))
        self.rnn = nn.LSTM(9, 12)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        _, (h, _) = self.rnn(self.td(x))
        return self.fc(h[-1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    return (torch.randn(5, 8, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
