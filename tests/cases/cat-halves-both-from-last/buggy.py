import torch
import torch.nn as nn


class BiRNN(nn.Module):
    def __init__(self, h=9):
        super().__init__()
        self.hs = h
        self.lstm = nn.LSTM(5, h, 2, bidirectional=True)
        self.fc = nn.Linear(2 * h, 3)

    def forward(self, x):
        h0 = torch.zeros(4, x.size(1), self.hs)
        c0 = torch.zeros(4, x.size(1), self.hs)
        out, _ = self.lstm(x, (h0, c0))
        feats = torch.cat((out[-1, :, :self.hs], out[-1, :, self.hs:]), 1)
        return self.fc(feats)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return BiRNN()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
