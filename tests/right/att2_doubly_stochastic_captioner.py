import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=6, vocab=12, d=8):
        super().__init__()
        self.embed, self.cell = nn.Embedding(vocab, d), nn.LSTMCell(d + f, d)
        self.h0, self.c0 = nn.Linear(f, d), nn.Linear(f, d)
        self.enc, self.dec, self.full = nn.Linear(f, d), nn.Linear(d, d), nn.Linear(d, 1)
        self.beta, self.out = nn.Linear(d, f), nn.Linear(d, vocab)

    def forward(self, regions, words):
        mean = regions.mean(1)
        h, c = self.h0(mean), self.c0(mean)
        scores, alphas = [], []
        for t in range(words.size(1) - 1):
            a = self.full((self.enc(regions) + self.dec(h).unsqueeze(1)).relu()).squeeze(2).softmax(1)
            context = torch.sigmoid(self.beta(h)) * (regions * a.unsqueeze(2)).sum(1)
            h, c = self.cell(torch.cat([self.embed(words[:, t]), context], 1), (h, c))
            scores.append(self.out(h))
            alphas.append(a)
        return torch.stack(scores, 1), ((1.0 - torch.stack(alphas, 1).sum(1)) ** 2).mean()


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 9, 6, generator=g), torch.randint(0, 12, (5, 6), generator=g)


INPUT_AXES = (("batch", "regions", "feature"), ("batch", "seq"))
