import torch
import torch.nn as nn


class MaskedPool(nn.Module):
    def __init__(self, features=6, hidden=8):
        super().__init__()
        self.rnn = nn.GRU(features, hidden)
        self.score = nn.Linear(hidden, 1)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x, mask):
        y, _ = self.rnn(x)
        scores = self.score(y).squeeze(-1)
        scores = scores.masked_fill(mask.t() == 0, -1e9)
        return self.out((scores.softmax(0).unsqueeze(-1) * y).sum(0))


def make_model():
    torch.manual_seed(83)
    return MaskedPool()


def make_inputs(batch=4, seq=9):
    return torch.randn(seq, batch, 6), torch.ones(batch, seq)


INPUT_AXES = (("seq", "batch", "feature"), ("batch", "seq"))
