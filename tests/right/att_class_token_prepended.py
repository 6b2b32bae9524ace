import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, longest=30):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.token = nn.Parameter(torch.zeros(1, 1, d))
        self.place = nn.Parameter(torch.randn(1, longest, d))
        self.layer = nn.TransformerEncoderLayer(d, 2, 24, batch_first=True)
        self.out = nn.Linear(d, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        h = torch.cat([self.token.expand(len(h), -1, -1), h], 1)
        h = h + self.place[:, : h.size(1)]
        return self.out(self.layer(h)[:, 0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
