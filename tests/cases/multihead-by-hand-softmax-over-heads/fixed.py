import torch
import torch.nn as nn


class Heads(nn.Module):
    def __init__(self, features=4, hidden=12, heads=3):
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, batch_first=True)
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.heads = heads
        self.out = nn.Linear(hidden, 3)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = (z.view(b, t, self.heads, -1).transpose(1, 2) for z in self.qkv(h).chunk(3, dim=-1))
        att = (q @ k.transpose(-2, -1)).div(2.0).softmax(dim=-1)
        y = (att @ v).transpose(1, 2).reshape(b, t, d)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Heads()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
