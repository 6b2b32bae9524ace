import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self, features=4, hidden=8, horizon=5):
        super().__init__()
        self.encoder = nn.GRU(features, hidden, batch_first=True)
        self.decoder = nn.GRU(1, hidden, batch_first=True)
        self.horizon = horizon
        self.out = nn.Linear(2 * hidden, 1)

    def forward(self, x):
        memory, state = self.encoder(x)
        steps, _ = self.decoder(x[:, -self.horizon:, :1], state)
        energy = torch.einsum("bqd,bkd->bqk", steps, memory)
        alpha = torch.softmax(energy, dim=2)
        context = torch.einsum("bqk,bkd->bqd", alpha, memory)
        return self.out(torch.cat([steps, context], dim=-1))


def make_model():
    torch.manual_seed(0)
    return Decoder()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
