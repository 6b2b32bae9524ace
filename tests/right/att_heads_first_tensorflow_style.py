import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12, heads=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(d, d) for _ in range(3))
        self.heads = heads
        self.out = nn.Linear(d, 2)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        Q, K, V = (torch.cat(m(h).chunk(self.heads, -1), 0) for m in (self.q, self.k, self.v))
        scores = torch.bmm(Q, K.transpose(1, 2)) / K.size(-1) ** 0.5
        keep = words.ne(0).repeat(self.heads, 1).unsqueeze(1).expand(-1, words.size(1), -1)
        scores = torch.where(keep, scores, torch.full_like(scores, -(2.0**32) + 1))
        y = torch.bmm(scores.softmax(-1), V)
        queries = words.ne(0).float().repeat(self.heads, 1).unsqueeze(-1)
        return self.out(torch.cat((y * queries).chunk(self.heads, 0), 2).mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
