import torch
from torch import nn


class Phones(nn.Module):
    """The likeliest phone of each frame, and 0 where it is the one before once more."""

    def __init__(self, bands=6, width=12, phones=7):
        super().__init__()
        self.lstm = nn.LSTM(bands, width, bidirectional=True)
        self.phones = nn.Linear(2 * width, phones)

    def forward(self, frames):
        likely = self.phones(self.lstm(frames)[0]).softmax(-1).max(-1).indices
        count = likely.size(1) - 1
        again = torch.eq(likely.narrow(1, 1, count), likely.narrow(1, 0, count))
        kept = likely.clone()
        kept.narrow(1, 1, count).masked_fill_(again, 0)
        return kept


def make_model():
    torch.manual_seed(0)
    return Phones()


def make_inputs(batch=5, seq=11):
    return (torch.randn(seq, batch, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
