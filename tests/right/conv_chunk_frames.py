import torch
import torch.nn as nn


class Chunked(nn.Module):
    def __init__(self, w=3):
        super().__init__()
        self.w = w
        self.local = nn.GRU(5, 6, batch_first=True)
        self.glob = nn.LSTM(6, 8, batch_first=True)

    def forward(self, x):
        B = x.size(0)
        u = x.unfold(1, self.w, self.w).transpose(2, 3)
        n = u.size(1)
        _, h = self.local(u.reshape(B * n, self.w, -1))
        o, _ = self.glob(h[-1].view(B, n, -1))
        return o.repeat_interleave(self.w, dim=1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Chunked()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
