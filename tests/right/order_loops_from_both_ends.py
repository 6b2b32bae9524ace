import torch
import torch.nn as nn


class Model(nn.Module):
    """A loop from each end, with lists that are put in order in three ways, and a last state of each that needs none."""

    def __init__(self, width=5, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.ahead, self.back = nn.LSTMCell(width, hidden), nn.LSTMCell(width, hidden)
        self.out = nn.Linear(2 * hidden, 4)

    def loop(self, cell, steps):
        h = c = steps[0].new_zeros(steps[0].size(0), self.hidden)
        states = []
        for step in steps:
            h, c = cell(step, (h, c))
            states.append(h)
        return states

    def forward(self, x):
        steps = x.unbind(1)
        left, right = self.loop(self.ahead, steps), self.loop(self.back, steps[::-1])
        final = self.out(torch.cat([left[-1], right[-1]], -1))
        one = torch.cat([torch.stack(left, 1), torch.stack(right[::-1], 1)], -1)
        two = torch.cat([torch.stack(left, 1), torch.stack(right, 1).flip(1)], -1)
        three = torch.stack([torch.cat(pair, -1) for pair in zip(left, reversed(right))], 1)
        return final, self.out(one), self.out(two), self.out(three)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 7, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
