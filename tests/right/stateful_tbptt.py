import torch
import torch.nn as nn


class S(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8)
        self.fc = nn.Linear(8, 2)
        self.state = None

    def forward(self, x):
        outs = []
        for chunk in x.split(3, dim=0):
            o, s = self.rnn(chunk, self.state)
            self.state = tuple(v.detach() for v in s)
            outs.append(self.fc(o))
        self.state = None
        return torch.cat(outs, 0)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return S()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
