import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, d=12, heads=4):
        super().__init__()
        self.h, self.d = heads, d
        self.rnn = nn.LSTM(5, d)
        self.qkv = nn.Linear(d, 3 * d)

    def forward(self, x):
        x = self.rnn(x)[0]
        T, B, D = x.shape
        q, k, v = self.qkv(x).view(T, B, 3, self.h, D // self.h).permute(2, 1, 3, 0, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        return y.permute(2, 0, 1, 3).flatten(2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
