import torch
from torch import nn


class Lift(nn.Module):
    """Says at each moment how many wait on each storey."""

    def __init__(self, size=6, storeys=4, cells=3):
        super().__init__()
        self.enter = nn.Linear(storeys, size)
        self.cells = nn.ModuleList(nn.GRUCell(size, size) for _ in range(cells))
        self.waiting = nn.Linear(size, storeys)

    def forward(self, calls):
        states = [torch.zeros(calls.size(0), 6) for _ in self.cells]
        said = []
        for moment in self.enter(calls).unbind(1):
            for i, cell in enumerate(self.cells):
                states[i] = cell(moment, states[i])
                moment = states[i]
            said.append(self.waiting(moment))
        return torch.stack(said, dim=1)


def make_model():
    torch.manual_seed(0)
    return Lift()


def make_inputs(batch=7, seq=7):
    return (torch.randn(batch, seq, 4, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
