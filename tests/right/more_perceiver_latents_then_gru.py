import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, d=8, latents=3):
        super().__init__()
        self.into, self.latents = nn.Linear(5, d), nn.Parameter(torch.randn(latents, d))
        self.cross, self.inner = nn.MultiheadAttention(d, 2), nn.TransformerEncoderLayer(d, 2, 16, dropout=0.0)
        self.rnn, self.out = nn.GRU(d, d), nn.Linear(d, 2)

    def forward(self, chunks):
        t, b, n, _ = chunks.shape
        x = self.into(chunks).flatten(0, 1).transpose(0, 1)
        q = self.latents.unsqueeze(1).expand(-1, t * b, -1)
        z = self.inner(self.cross(q, x, x)[0])
        _, h = self.rnn(z.mean(0).view(t, b, -1))
        return self.out(h[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 4, 7, 5, generator=g),)


INPUT_AXES = (("seq", "batch", "point", "feature"),)
