import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed, self.encoder = nn.Embedding(vocab, d), nn.GRU(d, d, batch_first=True)
        self.cell, self.key, self.query, self.cover = nn.GRUCell(2 * d, d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(1, d)
        self.energy, self.gate, self.out = nn.Linear(d, 1), nn.Linear(2 * d, 1), nn.Linear(2 * d, vocab)
        self.vocab = vocab

    def forward(self, source, target):
        memory, h = self.encoder(self.embed(source))
        h, coverage, context = h[0], torch.zeros(source.shape), memory.new_zeros(source.size(0), memory.size(-1))
        outputs, penalty = [], 0.0
        for t in range(target.size(1)):
            h = self.cell(torch.cat([self.embed(target[:, t]), context], 1), h)
            e = torch.tanh(self.key(memory) + self.query(h).unsqueeze(1) + self.cover(coverage.unsqueeze(2)))
            a = self.energy(e).squeeze(2).masked_fill(source == 0, -1e9).softmax(1)
            penalty = penalty + torch.minimum(a, coverage).sum(1).mean()
            coverage = coverage + a
            context = torch.bmm(a.unsqueeze(1), memory).squeeze(1)
            both = torch.cat([h, context], 1)
            p = torch.sigmoid(self.gate(both))
            words = p * self.out(both).softmax(1)
            outputs.append(words.scatter_add(1, source, (1 - p) * a))
        return torch.stack(outputs, 1), penalty


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(1, 20, (4, 7), generator=g), torch.randint(1, 20, (4, 5), generator=g)


INPUT_AXES = (("batch", "source"), ("batch", "target"))
