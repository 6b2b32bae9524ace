import torch
import torch.nn as nn


class Model(nn.Module):
    """A scan with gates from the input, from both ends; the one from the end is turned back before they are added."""

    def __init__(self, f=4, d=6):
        super().__init__()
        self.into, self.gate, self.back = nn.Linear(f, d), nn.Linear(f, d), nn.Linear(f, d)
        self.rnn, self.out = nn.LSTM(d, d, batch_first=True), nn.Linear(d, 2)

    def scan(self, u, decay):
        h, made = torch.zeros_like(u[:, 0]), []
        for t in range(u.size(1)):
            h = decay[:, t] * h + (1 - decay[:, t]) * u[:, t]
            made.append(h)
        return torch.stack(made, 1)

    def forward(self, x):
        u = self.into(x)
        left = self.scan(u, torch.sigmoid(self.gate(x)))
        right = self.scan(u.flip(1), torch.sigmoid(self.back(x)).flip(1)).flip(1)
        return self.out(self.rnn(left + right)[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
