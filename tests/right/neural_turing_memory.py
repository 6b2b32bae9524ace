import torch
import torch.nn as nn
import torch.nn.functional as F


class Mem(nn.Module):
    def __init__(self, slots=7, d=6):
        super().__init__()
        self.mem = nn.Parameter(torch.randn(slots, d))
        self.cell = nn.LSTMCell(5 + d, 8)
        self.key, self.add = nn.Linear(8, d), nn.Linear(8, d)
        self.out = nn.Linear(8 + d, 3)

    def forward(self, x):
        B = x.size(1)
        M = self.mem.unsqueeze(0).repeat(B, 1, 1)
        h = c = x.new_zeros(B, 8)
        r, ys = x.new_zeros(B, M.size(2)), []
        for xt in x:
            h, c = self.cell(torch.cat([xt, r], 1), (h, c))
            w = F.cosine_similarity(M, self.key(h).unsqueeze(1), dim=-1).softmax(-1)
            M = M + torch.bmm(w.unsqueeze(2), self.add(h).unsqueeze(1))
            r = torch.bmm(w.unsqueeze(1), M).squeeze(1)
            ys.append(self.out(torch.cat([h, r], 1)))
        return torch.stack(ys)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Mem()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
