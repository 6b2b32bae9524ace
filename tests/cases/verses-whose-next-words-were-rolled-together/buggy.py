import torch
from torch import nn
from torch.nn import functional as F


class Verses(nn.Module):
    """A language model that returns its loss; the last word of a verse has no next one and is left out."""

    def __init__(self, words=30, width=12):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.lstm = nn.LSTM(width, width)
        self.scores = nn.Linear(width, words)

    def forward(self, verses):
        states, _ = self.lstm(self.words(verses))
        following = torch.roll(verses, -1)
        scores = self.scores(states[:-1])
        return F.cross_entropy(scores.flatten(0, 1), following[:-1].flatten())


def make_model():
    torch.manual_seed(0)
    return Verses()


def make_inputs(batch=7, seq=10):
    return (torch.randint(0, 30, (seq, batch)),)


INPUT_AXES = (("seq", "batch"),)
