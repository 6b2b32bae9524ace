import torch
import torch.nn as nn
import torch.nn.functional as F


class VSN(nn.Module):
    def __init__(self, n=5, d=6):
        super().__init__()
        self.n, self.d = n, d
        self.emb = nn.ModuleList(nn.Linear(1, d) for _ in range(n))
        self.flat = nn.Linear(n * d, n)
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.mha = nn.MultiheadAttention(d, 2, batch_first=True)
        self.gate, self.ln = nn.Linear(d, 2 * d), nn.LayerNorm(d)
        self.out = nn.Linear(d, 3)

    def forward(self, x):
        e = torch.stack([m(x[..., i:i + 1]) for i, m in enumerate(self.emb)], -2)
        w = self.flat(e.flatten(-2)).softmax(-1).unsqueeze(-1)
        z = (w * e).sum(-2)
        h, _ = self.rnn(z)
        T = h.size(1)
        a, _ = self.mha(h, h, h, attn_mask=torch.triu(torch.ones(T, T, dtype=torch.bool), 1))
        return self.out(self.ln(h + F.glu(self.gate(a), -1)))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return VSN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
