import torch
import torch.nn as nn


class TwoWays(nn.Module):
    def __init__(self, e, h):
        super().__init__()
        self.there, self.back = nn.GRU(e, h), nn.GRU(e, h)

    def forward(self, x):
        forth, _ = self.there(x)
        reverse, _ = self.back(x.flip(0))
        reverse = reverse.flip(0)
        return torch.concat((forth, reverse), 2)


class Tagger(nn.Module):
    def __init__(self, vocab=30, e=6, h=7):
        super().__init__()
        self.embed, self.read, self.tag = nn.Embedding(vocab, e), TwoWays(e, h), nn.Linear(2 * h, 4)

    def forward(self, words):
        return self.tag(self.read(self.embed(words)))


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs(batch=5, seq=8):
    return (torch.randint(0, 30, (seq, batch), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch"),)
