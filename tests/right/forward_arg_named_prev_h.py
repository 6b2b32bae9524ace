import torch
import torch.nn as nn


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, 2, batch_first=True)

    def forward(self, x, prev_h):
        return self.rnn(x, prev_h)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return A()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(2, 6, 8))


INPUT_AXES = (("batch", "seq", "feature"), ("layers", "batch", "hidden"))
