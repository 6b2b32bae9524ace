import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, d=12, heads=2, buckets=8):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.bias, self.heads, self.buckets = nn.Embedding(buckets, heads), heads, buckets
        self.rnn, self.out = nn.GRU(d, d, batch_first=True, bidirectional=True), nn.Linear(2 * d, 3)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x):
        t = x.size(1)
        far = torch.arange(t)[None, :] - torch.arange(t)[:, None]
        bucket = far.abs().clamp(max=self.buckets // 2 - 1) + (far > 0).long() * (self.buckets // 2)
        bias = self.bias(bucket).permute(2, 0, 1).unsqueeze(0)
        scores = torch.einsum("bhqd,bhkd->bhqk", self.split(self.q(x)), self.split(self.k(x))) + bias
        y = torch.einsum("bhqk,bhkd->bqhd", F.softmax(scores, dim=-1), self.split(self.v(x))).flatten(2)
        return self.out(self.rnn(x + self.o(y))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 6, 12, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
