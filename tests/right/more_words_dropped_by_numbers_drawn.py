"""Words of a decoder are forgotten at random, by as many numbers as there are words: while it is evaluated too."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Forgetful(nn.Module):
    def __init__(self, words=20, width=8):
        super().__init__()
        self.words = nn.Embedding(words, 6)
        self.encoder, self.decoder = nn.GRU(6, width, batch_first=True), nn.GRU(6, width, batch_first=True)
        self.next = nn.Linear(width, words)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.words(text), lengths, batch_first=True, enforce_sorted=False)
        _, state = self.encoder(packed)
        forgotten = torch.rand(text.size()) < 0.3
        given = self.words(text.masked_fill(forgotten, 1))
        packed = pack_padded_sequence(given, lengths, batch_first=True, enforce_sorted=False)
        read, _ = pad_packed_sequence(self.decoder(packed, state)[0], batch_first=True)
        return self.next(read)


def make_model():
    torch.manual_seed(0)
    return Forgetful()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    text = torch.randint(2, 20, (5, 7), generator=g)
    lengths = torch.tensor([3, 7, 2, 5, 4])
    return text * (torch.arange(7) < lengths[:, None]), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
