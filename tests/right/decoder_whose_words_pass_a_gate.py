import torch
import torch.nn as nn


class Model(nn.Module):
    """A decoder that carries on its state; a second cell joins each step with how the encoder ended, which is always the same."""

    def __init__(self, f=3, hidden=8, ahead=5):
        super().__init__()
        self.ahead = ahead
        self.read = nn.GRU(f, hidden, batch_first=True)
        self.decode, self.joined = nn.GRUCell(f, hidden), nn.GRUCell(hidden, hidden)
        self.out = nn.Linear(hidden, f)

    def forward(self, x):
        context = self.read(x)[1][-1]
        step, state, said = x[:, -1], context, []
        for _ in range(self.ahead):
            state = self.decode(step, state)
            step = self.out(self.joined(state, context))
            said.append(step)
        return torch.stack(said, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 3, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
