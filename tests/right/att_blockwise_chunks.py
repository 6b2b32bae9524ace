import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, size=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.size = size
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        b, t, d = h.shape
        chunks = h.reshape(b * t // self.size, self.size, d)
        q, k, v = self.qkv(chunks).chunk(3, -1)
        w = torch.softmax(torch.bmm(q, k.transpose(1, 2)) / d**0.5, -1)
        y = torch.bmm(w, v).view(b, t, d)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
