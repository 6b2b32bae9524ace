import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.q, self.k, self.v = nn.Linear(d, 2 * d), nn.Linear(d, 2 * d), nn.Linear(d, d)
        self.mix = nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        h, _ = self.rnn(x)
        (q1, q2), (k1, k2) = self.q(h).chunk(2, -1), self.k(h).chunk(2, -1)
        future = torch.ones(h.size(1), h.size(1)).triu(1).bool()
        one, two = ((q @ k.mT).masked_fill(future, float("-inf")).softmax(-1) for q, k in ((q1, k1), (q2, k2)))
        return (one - self.mix * two) @ self.v(h)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
