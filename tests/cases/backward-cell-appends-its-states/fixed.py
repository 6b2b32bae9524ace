import torch
import torch.nn as nn
import torch.nn.functional as F


class Slots(nn.Module):
    def __init__(self, width=7, hidden=6, slots=4):
        super().__init__()
        self.hidden = hidden
        self.ahead, self.back = nn.GRUCell(width, hidden), nn.GRUCell(width, hidden)
        self.out = nn.Linear(2 * hidden, slots)

    def forward(self, x):
        steps = x.size(1)
        h = x.new_zeros(x.size(0), self.hidden)
        left = []
        for t in range(steps):
            h = self.ahead(x[:, t], h)
            left.append(h)
        h = x.new_zeros(x.size(0), self.hidden)
        right = []
        for t in range(steps - 1, -1, -1):
            h = self.back(x[:, t], h)
            right.insert(0, h)
        both = torch.cat([torch.stack(left, 1), torch.stack(right, 1)], 2)
        return self.out(torch.relu(both))


def make_model():
    torch.manual_seed(0)
    return Slots()


def make_inputs(batch=5, seq=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 7, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=5, seq=8):
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 4, (batch, seq), generator=g)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.reshape(-1, 4), target.reshape(-1))
