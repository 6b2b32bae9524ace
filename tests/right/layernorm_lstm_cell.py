import torch
import torch.nn as nn


class LNCell(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.h = h
        self.x2g, self.h2g = nn.Linear(i, 4 * h), nn.Linear(h, 4 * h)
        self.ln = nn.LayerNorm(4 * h)

    def forward(self, x, s):
        h, c = s
        i, f, g, o = self.ln(self.x2g(x) + self.h2g(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class LNLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.ModuleList([LNCell(5, 8), LNCell(8, 8)])

    def forward(self, x):
        for cell in self.cells:
            h = c = x.new_zeros(x.size(0), 8)
            ys = []
            for t in range(x.size(1)):
                h, c = cell(x[:, t], (h, c))
                ys.append(h)
            x = torch.stack(ys, 1)
        return x


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LNLSTM()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
