import torch
import torch.nn as nn


class Rolled(nn.Module):
    """Rolls steps along their dim, and a row of numbers without one; fills gaps with what was read last."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 4)

    def forward(self, x, seen):
        steps = torch.arange(x.size(1))
        newest = torch.where(seen, steps, 0).cummax(1).values
        x = x.gather(1, newest[..., None].expand_as(x))
        before = torch.roll(x, 1, dims=1) * (torch.roll(steps, 1) < steps)[None, :, None]
        states = self.rnn(before)[0]
        return self.fc(states)


def make_model():
    torch.manual_seed(0)
    return Rolled()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(6, 9, 4), torch.rand(6, 9) > 0.3


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
