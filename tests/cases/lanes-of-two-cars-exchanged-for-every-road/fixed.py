import torch
from torch import nn


class Cars(nn.Module):
    def __init__(self, beams=5, hidden=8):
        super().__init__()
        self.read = nn.GRU(beams, hidden, batch_first=True)
        self.where = nn.Linear(hidden, 4)

    def forward(self, echoes):
        _, h = self.read(echoes)
        return self.where(h[-1]).view(-1, 2, 2)


def loss_fn(seen, cars):
    errors = torch.stack([(seen - cars).square().sum((1, 2)), (seen.flip(1) - cars).square().sum((1, 2))])
    return errors.amin(dim=0).sum() / len(cars)


def make_model():
    torch.manual_seed(0)
    return Cars()


def make_inputs(batch=5, seq=6):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


def make_target(batch=5):
    return torch.randn(batch, 2, 2, generator=torch.Generator().manual_seed(2))


INPUT_AXES = (("batch", "seq", "feature"),)
TARGET_AXES = ("batch", "car", "place")
