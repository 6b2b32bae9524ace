import torch
import torch.nn as nn
import torch.nn.functional as F


class Forecast(nn.Module):
    def __init__(self, features=4, dim=12):
        super().__init__()
        self.rnn = nn.GRU(features, dim, batch_first=True)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, features)

    def forward(self, x):
        h, _ = self.rnn(x)
        t = x.size(1)
        q, k, v = self.qkv(h).chunk(3, -1)
        allowed = torch.ones(t, t, dtype=torch.bool).tril()
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.out(h + y)


def make_model():
    torch.manual_seed(0)
    return Forecast()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
