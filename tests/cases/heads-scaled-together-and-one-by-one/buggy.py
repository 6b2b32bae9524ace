import torch
import torch.nn.functional as F
from torch import nn


class Verses(nn.Module):
    def __init__(self, syllables=22, width=12, heads=3):
        super().__init__()
        self.heads = heads
        self.embed = nn.Embedding(syllables, 7)
        self.gru = nn.GRU(7, width, batch_first=True)
        self.asks, self.has = nn.Linear(width, width), nn.Linear(width, width)
        self.metre = nn.Linear(width, 4)

    def forward(self, syllables):
        h, _ = self.gru(self.embed(syllables))
        asks = self.asks(h).unflatten(2, (self.heads, -1)).transpose(1, 2)
        has = self.has(h).unflatten(2, (self.heads, -1)).transpose(1, 2)
        asks = F.normalize(asks)
        has = F.normalize(has, dim=-1)
        cosine = asks @ has.transpose(2, 3)
        read = (10 * cosine).softmax(-1) @ h.unflatten(2, (self.heads, -1)).transpose(1, 2)
        return self.metre(read.transpose(1, 2).flatten(2))


def make_model():
    torch.manual_seed(0)
    return Verses()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 22, (5, 8), generator=g),)


INPUT_AXES = (("batch", "seq"),)
