import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, latents=5):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.latents = nn.Parameter(torch.randn(latents, d))
        self.cross = nn.MultiheadAttention(d, 2, kdim=d, vdim=d, batch_first=True)
        self.self_ = nn.TransformerEncoderLayer(d, 2, 24, batch_first=True, norm_first=True)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        z = self.latents.expand(x.size(0), -1, -1)
        z = z + self.cross(z, h, h, need_weights=False)[0]
        return self.out(self.self_(z).mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
