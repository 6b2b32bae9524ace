import torch
import torch.nn as nn
import torch.nn.functional as F


class Beam(nn.Module):
    def __init__(self, vocab=13, h=8, k=3, steps=4):
        super().__init__()
        self.k, self.steps, self.vocab = k, steps, vocab
        self.emb = nn.Embedding(vocab, 6)
        self.enc = nn.GRU(5, h, batch_first=True)
        self.dec = nn.GRU(6, h, batch_first=True)
        self.fc = nn.Linear(h, vocab)

    def forward(self, x):
        B, K = x.size(0), self.k
        _, h = self.enc(x)
        h = h.repeat_interleave(K, dim=1)
        tok = torch.zeros(B * K, 1, dtype=torch.long)
        score = torch.full((B, K), -1e9)
        score[:, 0] = 0.0
        seqs = torch.zeros(B, K, 0, dtype=torch.long)
        for _ in range(self.steps):
            o, h = self.dec(self.emb(tok), h)
            lp = F.log_softmax(self.fc(o[:, -1]), -1).view(B, K, -1)
            total = (score.unsqueeze(-1) + lp).view(B, -1)
            score, idx = total.topk(K, dim=1)
            beam, word = idx // self.vocab, idx % self.vocab
            rows = (torch.arange(B).unsqueeze(1) * K + beam).view(-1)
            h = h[:, rows]
            seqs = torch.cat([seqs.gather(1, beam.unsqueeze(-1).expand(-1, -1, seqs.size(2))), word.unsqueeze(-1)], 2)
            tok = word.view(-1, 1)
        return seqs, score


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return Beam()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
