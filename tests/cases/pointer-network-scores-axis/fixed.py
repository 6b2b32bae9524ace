import torch
import torch.nn as nn
import torch.nn.functional as F


class Pointer(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.enc = nn.LSTM(2, h)
        self.cell = nn.LSTMCell(2, h)
        self.W1, self.W2, self.v = nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, pts):
        e, (h, c) = self.enc(pts)
        h, c = h[0], c[0]
        x, ps = pts.mean(0), []
        for _ in range(4):
            h, c = self.cell(x, (h, c))
            u = self.v(torch.tanh(self.W1(e) + self.W2(h))).squeeze(-1)
            p = F.softmax(u, dim=0)
            x = (p.unsqueeze(-1) * pts).sum(0)
            ps.append(p)
        return torch.stack(ps).permute(2, 0, 1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Pointer()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 2),)


INPUT_AXES = (("seq", "batch", "feature"),)
