import torch
import torch.nn as nn


class Dec(nn.Module):
    def __init__(self, emb=6, h=8):
        super().__init__()
        self.emb = nn.Embedding(20, emb)
        self.enc = nn.GRU(5, h, batch_first=True)
        self.gru = nn.GRU(emb, h, batch_first=True)
        self.out = nn.Linear(h, 20)

    def forward(self, src, tok):
        enc, h = self.enc(src)
        w = torch.softmax(torch.bmm(enc, h[-1].unsqueeze(2)), dim=1)
        ctx = torch.bmm(w.transpose(1, 2), enc)
        o, _ = self.gru(torch.cat([self.emb(tok).unsqueeze(1), ctx], 2), h)
        return self.out(o.squeeze(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return Dec()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), ids(20, 6))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
