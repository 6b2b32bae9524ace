import torch
import torch.nn as nn
from torch.autograd import Variable


class OldStyle(nn.Module):
    def __init__(self):
        super(OldStyle, self).__init__()
        self.lstm = nn.LSTM(5, 9)
        self.linear = nn.Linear(9, 2)

    def forward(self, seq):
        h = Variable(torch.zeros(1, seq.size(0), 9))
        c = Variable(torch.zeros(1, seq.size(0), 9))
        out, (h, c) = self.lstm(seq, (h, c))
        return self.linear(out[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return OldStyle()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
