import torch
import torch.nn as nn


class Next(nn.Module):
    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(vocab, d), nn.GRU(d, d)
        self.block = nn.TransformerEncoderLayer(d, 2, 16, dropout=0.0)
        self.out = nn.Linear(d, vocab)

    def forward(self, words):
        y, _ = self.rnn(self.embed(words))
        steps = y.size(0)
        mask = torch.ones(steps, steps).tril(-1).bool()
        return self.out(self.block(y, src_mask=mask))


def make_model():
    torch.manual_seed(0)
    return Next()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 20, (seq, batch), generator=g),)


INPUT_AXES = (("seq", "batch"),)
