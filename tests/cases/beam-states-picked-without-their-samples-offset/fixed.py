import torch
import torch.nn as nn


class Beams(nn.Module):
    def __init__(self, f=4, vocab=9, d=8, beams=3):
        super().__init__()
        self.encoder, self.embed = nn.GRU(f, d, batch_first=True), nn.Embedding(vocab, d)
        self.decoder, self.out, self.beams = nn.GRU(d, d, batch_first=True), nn.Linear(d, vocab), beams

    def forward(self, x):
        _, h = self.encoder(x)
        n, k = x.size(0), self.beams
        h = h.repeat_interleave(k, 1)
        token, total = torch.zeros(n * k, 1, dtype=torch.long), torch.zeros(n, k)
        total[:, 1:] = -1e4
        for _ in range(4):
            y, h = self.decoder(self.embed(token), h)
            logp = self.out(y[:, -1]).log_softmax(-1).view(n, k, -1)
            total, best = (total[:, :, None] + logp).flatten(1).topk(k)
            beam = best // logp.size(-1)
            rows = (beam + torch.arange(n)[:, None] * k).flatten()
            h = h[:, rows]
            token = (best % logp.size(-1)).view(-1, 1)
        return total


def make_model():
    torch.manual_seed(0)
    return Beams()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
