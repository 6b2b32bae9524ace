import torch
import torch.nn as nn


class Reader(nn.Module):
    def __init__(self, words=25, e=6, h=7):
        super().__init__()
        self.embed = nn.Embedding(words, e)
        self.read = nn.LSTM(e, h, bidirectional=True)
        self.kind = nn.Linear(2 * h, 3)
        self.h = h

    def forward(self, text):
        x = self.embed(text)
        h = x.new_zeros(2, x.size(1), self.h)
        c = torch.zeros_like(h)
        _, (h, c) = self.read(x, (h, c))
        return self.kind(torch.cat([h[0], h[1]], dim=1))


def make_model():
    torch.manual_seed(0)
    return Reader()


def make_inputs(batch=5, seq=8):
    return (torch.randint(0, 25, (seq, batch), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch"),)
