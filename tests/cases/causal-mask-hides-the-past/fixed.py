import torch
import torch.nn as nn


class Forecast(nn.Module):
    def __init__(self, features=4, dim=12):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.attention = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.out = nn.Linear(dim, features)

    def forward(self, x):
        h, _ = self.rnn(x)
        t = x.size(1)
        mask = torch.ones(t, t, device=x.device).triu(1).bool()
        y, _ = self.attention(h, h, h, attn_mask=mask)
        return self.out(h + y)


def make_model():
    torch.manual_seed(0)
    return Forecast()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
