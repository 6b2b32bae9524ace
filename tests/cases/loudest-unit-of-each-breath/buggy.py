import torch
from torch import nn


class Snores(nn.Module):
    """Tells from a night's breaths whether somebody has to see a doctor."""

    def __init__(self, breaths=14, width=9):
        super().__init__()
        self.listen = nn.GRU(5, width)
        self.judge = nn.Linear(breaths, 2)

    def forward(self, night):
        heard, _ = self.listen(night)
        return self.judge(torch.relu(heard.max(-1)[0].t()))


def make_model():
    torch.manual_seed(0)
    return Snores()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(14, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
