import torch
import torch.nn as nn


class Composer(nn.Module):
    def __init__(self, notes=16, d=8):
        super().__init__()
        self.embed = nn.Embedding(notes, d)
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.out = nn.Linear(d, notes)

    def forward(self, notes):
        y, _ = self.rnn(self.embed(notes))
        scores = self.out(y).softmax(-1)
        _, best = torch.max(scores, dim=1)
        y, _ = self.rnn(self.embed(best.long()))
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Composer()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 16, (batch, seq), generator=g),)


INPUT_AXES = (("batch", "seq"),)
