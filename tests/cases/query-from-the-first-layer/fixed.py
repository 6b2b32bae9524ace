import torch
import torch.nn as nn


class Reader(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.encoder = nn.GRU(f, d, num_layers=2, batch_first=True)
        self.cell, self.out = nn.GRUCell(d, d), nn.Linear(d, 2)

    def forward(self, x):
        keys, h_n = self.encoder(x)
        h, scores = h_n[1], []
        for _ in range(3):
            weights = torch.einsum("btd,bd->bt", keys, h).softmax(1)
            h = self.cell(torch.einsum("bt,btd->bd", weights, keys), h)
            scores.append(self.out(h))
        return torch.stack(scores, 1)


def make_model():
    torch.manual_seed(0)
    return Reader()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
