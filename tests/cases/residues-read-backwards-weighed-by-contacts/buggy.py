import torch
from torch import nn


class Residues(nn.Module):
    def __init__(self, kinds=21, units=7, states=5):
        super().__init__()
        self.kind = nn.Embedding(kinds, 6)
        self.mixed = nn.Linear(6, 6)
        self.along = nn.LSTM(6, units, batch_first=True)
        self.against = nn.LSTM(6, units, batch_first=True)
        self.norm = nn.LayerNorm(units)
        self.state = nn.Linear(units, states)

    def forward(self, kinds, contacts):
        residues = torch.tanh(self.mixed(self.kind(kinds)))
        along = self.along(residues)[0]
        against = self.against(torch.flip(residues, [1]))[0]
        both = self.norm(along + against)
        near = torch.einsum("bij,bjh->bih", contacts, both)
        return self.state(near)


def make_model():
    torch.manual_seed(0)
    return Residues()


def make_inputs(batch=3, seq=10):
    generator = torch.Generator().manual_seed(4)
    return torch.randint(0, 21, (batch, seq), generator=generator), torch.rand(batch, seq, seq, generator=generator)


INPUT_AXES = ("batch seq", "batch row seq")
