import torch
from torch import nn


class Hummed(nn.Module):
    def __init__(self, stored=6):
        super().__init__()
        self.ear = nn.GRU(3, 6)
        self.bank = nn.Linear(6, stored * 6)
        self.which = nn.Linear(6, 4)

    def forward(self, tune):
        _, h = self.ear(tune)
        heard = h[-1]
        bank = self.bank(heard).unflatten(1, (-1, 6))
        alike = nn.functional.cosine_similarity(heard.view(-1, 1, 6), bank, dim=2)
        return self.which(alike)


def make_model():
    torch.manual_seed(0)
    return Hummed()


def make_inputs(batch=5, seq=7):
    return (torch.randn(seq, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
