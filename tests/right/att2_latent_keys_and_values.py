import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Keys and values are made of a narrow latent, with a key for positions that all heads share."""

    def __init__(self, f=4, d=16, heads=4, latent=6, rope=4):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.heads, self.per, self.rope = heads, d // heads, rope
        self.q = nn.Linear(d, heads * (self.per + rope))
        self.down, self.up = nn.Linear(d, latent + rope), nn.Linear(latent, 2 * d)
        self.out = nn.Linear(d, d)

    def turn(self, x):
        place = torch.arange(x.size(-2)).float()[:, None] * 10000.0 ** (-torch.arange(0, self.rope, 2) / self.rope)
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.cat([a * place.cos() - b * place.sin(), a * place.sin() + b * place.cos()], -1)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q = self.q(h).view(b, t, self.heads, -1).transpose(1, 2)
        q, q_rope = q.split([self.per, self.rope], -1)
        latent, k_rope = self.down(h).split([self.up.in_features, self.rope], -1)
        k, v = self.up(latent).view(b, t, self.heads, 2 * self.per).transpose(1, 2).chunk(2, -1)
        k = torch.cat([k, self.turn(k_rope.unsqueeze(1)).expand(-1, self.heads, -1, -1)], -1)
        y = F.scaled_dot_product_attention(torch.cat([q, self.turn(q_rope)], -1), k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, d))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
