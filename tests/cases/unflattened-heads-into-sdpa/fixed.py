import torch
import torch.nn as nn
import torch.nn.functional as F


class Mix(nn.Module):
    def __init__(self, d=12, heads=3):
        super().__init__()
        self.rnn, self.qkv, self.heads = nn.GRU(4, d, batch_first=True), nn.Linear(d, 3 * d), heads
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        y, _ = self.rnn(x)
        q, k, v = self.qkv(y).unflatten(-1, (3, self.heads, -1)).unbind(2)
        z = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)).transpose(1, 2)
        return self.out(z.flatten(2))


def make_model():
    torch.manual_seed(0)
    return Mix()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
