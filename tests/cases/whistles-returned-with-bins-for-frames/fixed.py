import torch
from torch import nn
from torch.nn import functional as F


class WhistleFilter(nn.Module):
    def __init__(self, bins=12, hidden=9):
        super().__init__()
        self.gru = nn.GRU(bins, hidden, batch_first=True, bidirectional=True)
        self.mask = nn.Linear(2 * hidden, bins)

    def forward(self, loudness):
        n, bins, frames = loudness.shape
        states, _ = self.gru(loudness.transpose(1, 2))
        mask = torch.sigmoid(self.mask(states))
        return mask.transpose(1, 2)


def make_model():
    torch.manual_seed(0)
    return WhistleFilter()


def make_inputs(batch=5, seq=17):
    return (torch.rand(batch, 12, seq),)


INPUT_AXES = (("batch", "feature", "seq"),)


def make_target(batch=5, seq=17):
    return torch.rand(batch, 12, seq)


TARGET_AXES = ("batch", "feature", "seq")


def loss_fn(mask, clean):
    return F.l1_loss(mask, clean)
