
import torch
import torch.nn as nn


class HandBiRNN(nn.Module):
    def __init__(self, n_in=5, hidden=12, n_out=4):
        super().__init__()
        self.fw = nn.GRU(n_in, hidden, batch_first=True)
        self.bw = nn.GRU(n_in, hidden, batch_first=True)
        self.out = nn.Linear(2 * hidden, n_out)

    def forward(self, x):
        f, _ = self.fw(x)
        b, _ = self.bw(torch.flip(x, (0, 1)))
        b = torch.flip(b, (1,))
        return self.out(torch.cat([f, b], -1))


def make_model():
    torch.manual_seed(0)
    return HandBiRNN()


def make_inputs():
    return (torch.randn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
