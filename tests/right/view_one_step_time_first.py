import torch
import torch.nn as nn


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x, h):
        o, h = self.rnn(x.view(1, -1, 5), h.view(1, x.size(0), -1))
        return self.out(o[0]), h[0]


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Step()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 5), rn(6, 8))


INPUT_AXES = (("batch", "feature"), ("batch", "hidden"))
