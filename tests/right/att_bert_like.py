import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Layer(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.up, self.down = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)

    def transpose_for_scores(self, x):
        x = x.view(*x.size()[:-1], self.heads, -1)
        return x.permute(0, 2, 1, 3)

    def forward(self, x, extended):
        q, k, v = (self.transpose_for_scores(m(x)) for m in (self.q, self.k, self.v))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1)) + extended
        probs = nn.functional.dropout(nn.Softmax(dim=-1)(scores), 0.1, self.training)
        context = torch.matmul(probs, v).permute(0, 2, 1, 3).contiguous()
        x = self.n1(x + self.o(context.view(*context.size()[:-2], -1)))
        return self.n2(x + self.down(F.gelu(self.up(x))))


class Model(nn.Module):
    def __init__(self, vocab=30, d=12, longest=64):
        super().__init__()
        self.word = nn.Embedding(vocab, d, padding_idx=0)
        self.place = nn.Embedding(longest, d)
        self.kind = nn.Embedding(2, d)
        self.layers = nn.ModuleList(Layer(d, 3) for _ in range(2))
        self.rnn = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * d, 5)

    def forward(self, words):
        places = torch.arange(words.size(1), device=words.device).unsqueeze(0).expand_as(words)
        x = self.word(words) + self.place(places) + self.kind(torch.zeros_like(words))
        mask = (words > 0).unsqueeze(1).unsqueeze(2)
        extended = (1.0 - mask.to(x.dtype)) * -10000.0
        for layer in self.layers:
            x = layer(x, extended)
        return self.out(self.rnn(x)[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
