import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, d=8, heads=2, features=6):
        super().__init__()
        self.qkv, self.o, self.heads = nn.Linear(d, 3 * d), nn.Linear(d, d), heads
        self.register_buffer("w", torch.randn(features, d // heads))
        self.rnn, self.out = nn.LSTM(5, d, batch_first=True), nn.Linear(d, 2)

    def phi(self, x):
        return torch.exp(x @ self.w.t() - x.pow(2).sum(-1, keepdim=True) / 2) / self.w.size(0) ** 0.5

    def forward(self, x):
        y, _ = self.rnn(x)
        b, t, d = y.shape
        q, k, v = self.qkv(y).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k = self.phi(q), self.phi(k)
        context = torch.einsum("bhtf,bhtd->bhfd", k, v)
        scale = torch.einsum("bhtf,bhf->bht", q, k.sum(2))
        z = torch.einsum("bhtf,bhfd->bhtd", q, context) / scale.unsqueeze(-1)
        return self.out(y + self.o(z.transpose(1, 2).reshape(b, t, d)))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(3, 6, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
