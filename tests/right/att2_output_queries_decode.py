import torch
import torch.nn as nn


class Model(nn.Module):
    """A latent array reads the inputs, and queries of the outputs read the latents."""

    def __init__(self, f=4, d=8, latents=5):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.latents = nn.Parameter(torch.randn(latents, d))
        self.read = nn.MultiheadAttention(d, 2, batch_first=True)
        self.think = nn.TransformerEncoderLayer(d, 2, 16, batch_first=True)
        self.write = nn.MultiheadAttention(d, 2, batch_first=True)
        self.query = nn.Linear(f, d)
        self.out = nn.Linear(d, 1)

    def forward(self, x, wanted):
        h, _ = self.rnn(x)
        z, _ = self.read(self.latents.unsqueeze(0).expand(x.size(0), -1, -1), h, h)
        z = self.think(z)
        y, _ = self.write(self.query(wanted), z, z)
        return self.out(y).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 9, 4, generator=g), torch.randn(5, 3, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "steps", "feature"))
