import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ih, self.hh = (nn.Parameter(torch.randn(n, 20) * 0.2) for n in (3, 5))
        self.head = nn.Sequential(nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 2))

    def forward(self, x):
        h, c = torch.zeros(x.size(1), 5), torch.zeros(x.size(1), 5)
        for step in x:
            gates = step @ self.ih + h @ self.hh
            i, f, o = torch.sigmoid(gates[:, :15]).chunk(3, dim=1)
            c = c * f + i * torch.tanh(gates[:, 15:])
            h = torch.tanh(c) * o
        return self.head(h)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs(batch=4, seq=5):
    torch.manual_seed(1)
    return (torch.randn(seq, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
