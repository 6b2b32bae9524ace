
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=6, d=4, M=4):
        super().__init__()
        self.n, self.d, self.M = n, d, M
        self.k, self.v = nn.Embedding(n + 1, d), nn.Embedding(2 * n + 1, d); self.Mk, self.Mv = nn.Parameter(torch.randn(M, d)), nn.Parameter(torch.randn(M, d))
        self.e, self.a, self.f, self.p = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(2 * d, 4), nn.Linear(4, 1)

    def forward(self, q, r):
        B, T = q.shape
        x = q + self.n * r
        k, v = self.k(q), self.v(x)
        Mvt = self.Mv.unsqueeze(0).repeat(B, 1, 1); Mv = [Mvt]
        w = torch.softmax(torch.matmul(k, self.Mk.T), dim=-1)
        e, a = torch.sigmoid(self.e(v)), torch.tanh(self.a(v))
        for et, at, wt in zip(e.permute(1, 0, 2), a.permute(1, 0, 2), w.permute(1, 0, 2)):
            Mvt = Mvt * (1 - (wt.unsqueeze(-1) * et.unsqueeze(1))) + (wt.unsqueeze(-1) * at.unsqueeze(1))
            Mv.append(Mvt)
        Mv = torch.stack(Mv, dim=1)
        f = torch.tanh(self.f(torch.cat([(w.unsqueeze(-1) * Mv[:, :-1]).sum(-2), k], dim=-1)))
        p = torch.sigmoid(self.p(f)).squeeze()
        m = q[:, 1:] > 0
        return F.binary_cross_entropy(torch.masked_select(p[:, 1:], m), torch.masked_select(r[:, 1:], m).float())


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(0, 6, (4, 4)), torch.randint(0, 2, (4, 4))


INPUT_AXES = (("batch","seq"),("batch","seq"))
