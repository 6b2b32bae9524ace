import math

import torch
import torch.nn as nn


class PE(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        pos = torch.arange(20).unsqueeze(1).float()
        div = torch.exp(torch.arange(0, d, 2).float() * (-math.log(1e4) / d))
        pe = torch.zeros(20, 1, d)
        pe[:, 0, 0::2], pe[:, 0, 1::2] = torch.sin(pos * div), torch.cos(pos * div)
        self.register_buffer("pe", pe)
        self.emb = nn.Embedding(30, d)
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(d, 2, 16), 1, enable_nested_tensor=False)
        self.rnn = nn.GRU(d, d)

    def forward(self, x):
        x = self.emb(x).transpose(0, 1)
        x = x + self.pe[:x.size(0)]
        x = self.enc(x)
        return self.rnn(x)[0].transpose(0, 1)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return PE()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 6, 9),)


INPUT_AXES = (("batch", "seq"),)
