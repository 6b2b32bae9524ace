import torch
import torch.nn as nn


class Tagger(nn.Module):
    def __init__(self, n=7, h=10, tags=4):
        super().__init__()
        self.left = nn.GRU(n, h, batch_first=True)
        self.right = nn.GRU(n, h, batch_first=True)
        self.tag = nn.Linear(2 * h, tags)

    def forward(self, x):
        a, _ = self.left(x)
        b, _ = self.right(torch.flip(x, [1]))
        b = torch.flip(b, [1])
        return self.tag(torch.cat([a, b], dim=2))


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)
