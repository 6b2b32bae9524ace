
import torch
import torch.nn as nn
import torch.nn.functional as F


class PointerStep(nn.Module):
    def __init__(self, V=25, H=10):
        super().__init__()
        self.V = V
        self.emb = nn.Embedding(V, 8)
        self.enc = nn.GRU(8, H)
        self.cell = nn.GRUCell(8, H)
        self.v = nn.Linear(H, V)
        self.pgen = nn.Linear(2 * H, 1)

    def forward(self, src, prev):
        out, h = self.enc(self.emb(src.t()))
        s = self.cell(self.emb(prev), h[-1])
        e = (out * s.unsqueeze(0)).sum(-1)
        a = F.softmax(e, dim=0)
        ctx = (a.unsqueeze(-1) * out).sum(0)
        p = torch.sigmoid(self.pgen(torch.cat([s, ctx], 1)))
        vocab = F.softmax(self.v(s), 1) * p
        a = a.view(src.size(0), -1)
        return vocab.scatter_add(1, src, (1 - p) * a)


def make_model():
    torch.manual_seed(0)
    return PointerStep()


def make_inputs():
    return torch.randint(0, 25, (5, 8)), torch.randint(0, 25, (5,))


INPUT_AXES = (("batch", "seq"), ("batch",))
