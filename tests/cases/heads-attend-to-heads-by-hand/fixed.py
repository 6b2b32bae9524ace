import torch
import torch.nn as nn


class Mixer(nn.Module):
    def __init__(self, features=4, dim=12, heads=3):
        super().__init__()
        self.rnn = nn.LSTM(features, dim, batch_first=True)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.heads = heads
        self.out = nn.Linear(dim, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = (z.view(b, t, self.heads, -1).transpose(1, 2) for z in self.qkv(h).chunk(3, -1))
        w = torch.softmax(torch.matmul(q, k.transpose(-1, -2)) / 2, dim=-1)
        y = torch.matmul(w, v).transpose(1, 2)
        return self.out(y.reshape(b, t, d).mean(1))


def make_model():
    torch.manual_seed(0)
    return Mixer()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
