import torch
import torch.nn as nn


class Locked(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.keep = 1 - p

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.rand(1, x.size(1), x.size(2)) < self.keep
        return x * (kept.float() / self.keep)


class Poems(nn.Module):
    def __init__(self, vocab=25, d=6, h=9, poets=3):
        super().__init__()
        self.embed, self.lock = nn.Embedding(vocab, d), Locked(0.3)
        self.rnn, self.fc = nn.LSTM(d, h, batch_first=True), nn.Linear(h, poets)

    def forward(self, words):
        y, _ = self.rnn(self.lock(self.embed(words)))
        return self.fc(self.lock(y)[:, -1])


def make_model():
    torch.manual_seed(0)
    return Poems()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 25, (batch, seq), generator=g),)


INPUT_AXES = (("batch", "seq"),)
