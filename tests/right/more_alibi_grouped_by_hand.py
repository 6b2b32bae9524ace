import math

import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12, heads=3):
        super().__init__()
        self.embed, self.qkv, self.o = nn.Embedding(vocab, d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.heads, self.rnn, self.out = heads, nn.LSTM(d, d, batch_first=True), nn.Linear(d, vocab)
        self.register_buffer("slopes", torch.tensor([2.0 ** -(i + 1) for i in range(heads)]))

    def forward(self, words):
        x = self.embed(words)
        b, t, d = x.shape
        q, k, v = (p.view(b, t, self.heads, -1).transpose(1, 2) for p in self.qkv(x).chunk(3, dim=-1))
        place = torch.arange(t)
        bias = self.slopes[:, None, None] * (place[None, :] - place[:, None])[None]
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)) + bias
        scores = scores.masked_fill(place[None, :] > place[:, None], -1e9)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, d)
        return self.out(self.rnn(x + self.o(y))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 30, (4, 7), generator=g),)


INPUT_AXES = (("batch", "seq"),)
