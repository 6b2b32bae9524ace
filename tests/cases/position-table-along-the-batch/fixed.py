import torch
import torch.nn as nn


class PositionalEncoding(nn.Module):
    def __init__(self, dim, longest=50):
        super().__init__()
        position = torch.arange(longest).unsqueeze(1)
        scale = torch.exp(torch.arange(0, dim, 2) * (-4.0 / dim))
        pe = torch.zeros(longest, 1, dim)
        pe[:, 0, 0::2], pe[:, 0, 1::2] = torch.sin(position * scale), torch.cos(position * scale)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:x.size(1)].transpose(0, 1)


class Model(nn.Module):
    def __init__(self, features=4, dim=12):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.position = PositionalEncoding(dim)
        self.layer = nn.TransformerEncoderLayer(dim, 2, 16, batch_first=True, dropout=0.0)
        self.out = nn.Linear(dim, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        return self.out(self.layer(self.position(h)).mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
