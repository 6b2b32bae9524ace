import torch
import torch.nn as nn


class Streams(nn.Module):
    """Two streams of one recording, one behind the other for a layer that reads both, then folded back and into pairs of steps."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 6, batch_first=True)
        self.pairs = nn.Linear(12, 5)
        self.sides = nn.Linear(12, 5)

    def forward(self, x):
        left, right = x.unbind(2)
        states = self.rnn(torch.cat([left, right], dim=1))[0]
        batch, steps = left.shape[:2]
        both = states.view(batch, 2, steps, 6)
        sides = self.sides(both.transpose(1, 2).flatten(2))
        pairs = self.pairs(both.reshape(batch, 2, steps // 2, 12))
        return sides, pairs


def make_model():
    torch.manual_seed(0)
    return Streams()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(5, 8, 2, 4),)


INPUT_AXES = (("batch", "seq", "side", "feature"),)
