import torch
import torch.nn as nn


class Model(nn.Module):
    """A generator of values, held against those that were seen whatever their order: by the energy distance, over all pairs."""

    def __init__(self, f=3, hidden=8):
        super().__init__()
        self.rnn, self.value = nn.GRU(f, hidden, batch_first=True), nn.Linear(hidden, 1)

    def forward(self, x):
        return self.value(self.rnn(x)[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    return (torch.randn(5, 7, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    return torch.randn(5, 7, generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "seq")


def between(a, b):
    return (a.unsqueeze(2) - b.unsqueeze(1)).abs().mean()


def loss_fn(output, target):
    made = output.squeeze(2)
    table = (output - target.unsqueeze(1)).square()
    transported = (torch.softmax(-table, 2) * table).sum() / 35
    chamfer = table.amin(1).mean() + table.amin(2).mean()
    return between(made, target) - (between(made, made) + between(target, target)) / 2 + transported + chamfer
