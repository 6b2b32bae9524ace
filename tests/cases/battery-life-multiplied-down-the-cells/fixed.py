import torch
import torch.nn.functional as F
from torch import nn


class Lifetime(nn.Module):
    """From charging curves to the chance that a battery outlives each coming month."""

    def __init__(self, months=7):
        super().__init__()
        self.read = nn.LSTM(3, 10)
        self.dies = nn.Linear(10, months)

    def forward(self, curves):
        _, (state, _) = self.read(curves)
        lives = torch.sigmoid(-self.dies(state))
        return lives.cumprod(dim=2).squeeze(0)


def make_model():
    torch.manual_seed(0)
    return Lifetime()


def make_inputs(batch=6, seq=9):
    return (torch.randn(seq, batch, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target(batch=6):
    died = torch.randint(1, 8, (batch, 1), generator=torch.Generator().manual_seed(2))
    return (torch.arange(7) < died).float()


TARGET_AXES = ("batch", "month")


def loss_fn(output, target):
    return F.binary_cross_entropy(output, target)
