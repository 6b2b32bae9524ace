import torch
import torch.nn as nn


class Model(nn.Module):
    """Parallel retention: a decay in place of the softmax."""

    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x):
        h, _ = self.rnn(x)
        n = torch.arange(h.size(1)).float()
        decay = (0.9 ** (n[:, None] - n[None])).tril()
        scores = self.q(h) @ self.k(h).transpose(1, 2) * decay
        scores = scores / scores.detach().abs().sum(-1, keepdim=True).clamp(min=1)
        return scores @ self.v(h)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
