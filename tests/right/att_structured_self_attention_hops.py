import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8, hops=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d, bidirectional=True, batch_first=True)
        self.w1, self.w2 = nn.Linear(2 * d, 10, bias=False), nn.Linear(10, hops, bias=False)
        self.out = nn.Linear(hops * 2 * d, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        a = F.softmax(self.w2(torch.tanh(self.w1(h))), dim=1).transpose(1, 2)
        m = a @ h
        penalty = ((a @ a.transpose(1, 2) - torch.eye(a.size(1))) ** 2).sum((1, 2)).mean()
        return self.out(m.flatten(1)), penalty


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
