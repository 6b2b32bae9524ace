import torch
import torch.nn as nn


class GreedyDecoder(nn.Module):
    def __init__(self, features=6, hidden=9, vocab=15):
        super().__init__()
        self.encoder = nn.GRU(features, hidden, batch_first=True)
        self.cell = nn.GRUCell(hidden, hidden)
        self.out = nn.Linear(hidden, vocab)
        self.vocab = vocab

    def forward(self, x, steps=4):
        _, h = self.encoder(x)
        h = h[-1]
        outputs = torch.zeros(x.size(0), steps, self.vocab)
        for t in range(steps):
            h = self.cell(h, h)
            outputs[:, t] = self.out(h)
        return outputs


def make_model():
    torch.manual_seed(61)
    return GreedyDecoder()


def make_inputs(batch=5, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
