import torch
import torch.nn as nn


class AttentiveEncoder(nn.Module):
    def __init__(self, features=6, width=12, heads=3):
        super().__init__()
        self.heads = heads
        self.rnn = nn.GRU(features, width, batch_first=True)
        self.qkv = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        q, k, v = self.qkv(h).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) / (d // self.heads) ** 0.5).softmax(-1)
        y = (weights @ v).transpose(1, 2).reshape(b, t, d)
        return self.head(self.merge(y))


def make_model():
    torch.manual_seed(10)
    return AttentiveEncoder()


def make_inputs(batch=5, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
