import torch
import torch.nn as nn


class Melody(nn.Module):
    def __init__(self, notes=20, d=8):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(notes, d), nn.GRU(d, d, batch_first=True)
        self.query, self.key, self.value = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.out = nn.Linear(d, notes)

    def forward(self, notes):
        heard, _ = self.rnn(self.embed(notes))
        scores = self.query(heard) @ self.key(heard).mT / 8**0.5
        played = torch.tril(torch.ones_like(scores))
        scores = scores.masked_fill(played == 1, -1e9)
        return self.out(scores.softmax(-1) @ self.value(heard))


def make_model():
    torch.manual_seed(0)
    return Melody()


def make_inputs(batch=5, seq=7):
    return (torch.randint(0, 20, (batch, seq), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq"),)
