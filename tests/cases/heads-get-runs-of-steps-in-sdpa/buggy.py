import torch
import torch.nn as nn
import torch.nn.functional as F


class Reader(nn.Module):
    def __init__(self, features=7, width=16, heads=4):
        super().__init__()
        self.heads = heads
        self.gru = nn.GRU(features, width, batch_first=True)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.tags = nn.Linear(width, 3)

    def apart(self, y):
        n, steps, width = y.shape
        return y.contiguous().view(n, self.heads, steps, width // self.heads)

    def forward(self, x):
        y, _ = self.gru(x)
        q, k, v = self.apart(self.query(y)), self.apart(self.key(y)), self.apart(self.value(y))
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.tags(mixed.transpose(1, 2).flatten(2))


def make_model():
    torch.manual_seed(5)
    return Reader()


def make_inputs(batch=5):
    return (torch.randn(batch, 8, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)
