import math

import torch
import torch.nn as nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=50):
        super().__init__()
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0).transpose(0, 1))

    def forward(self, x):
        return x + self.pe[:x.size(0), :]


class Hybrid(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 12, batch_first=True)
        self.pos = PositionalEncoding(12)
        self.enc = nn.TransformerEncoderLayer(12, 3, 20, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        y, _ = self.gru(x)
        y = self.enc(self.pos(y))
        return self.fc(y[:, -1])


def make_model():
    torch.manual_seed(0)
    return Hybrid()


def make_inputs():
    return (torch.randn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
