
import torch
import torch.nn as nn
import torch.nn.functional as F


def reverse(t):
    if t.dim() <= 1:
        return t
    idx = list(range(t.size(1)))[::-1]
    return t.index_select(1, torch.LongTensor(idx))


class Rits(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.h = h
        self.cell = nn.LSTMCell(2 * n, h); self.reg = nn.Linear(h, n); self.out = nn.Linear(h, 1); self.td = nn.Linear(n, h)

    def forward(self, x, m, d, y):
        h = torch.zeros(x.size(0), self.h); c = torch.zeros(x.size(0), self.h)
        loss, imp = 0.0, []
        for t in range(x.size(1)):
            h = h * torch.exp(-F.relu(self.td(d[:, t, :])))
            xh = self.reg(h)
            loss = loss + torch.sum(torch.abs(x[:, t] - xh) * m[:, t]) / (torch.sum(m[:, t]) + 1e-5)
            xc = m[:, t] * x[:, t] + (1 - m[:, t]) * xh
            h, c = self.cell(torch.cat([xc, m[:, t]], dim=1), (h, c))
            imp.append(xc.unsqueeze(dim=1))
        return loss, torch.cat(imp, dim=1), self.out(h)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.b = Rits(4, 4), Rits(4, 4)

    def forward(self, x, m, d, y):
        lf, xf, yf = self.f(x, m, d, y)
        lb, xb, yb = self.b(reverse(x), reverse(m), reverse(d), y)
        xb = reverse(xb)
        y = y.contiguous().view(-1, 1)
        cons = torch.abs(xf - xb).mean() * 1e-1
        p = (yf + yb) / 2
        return lf + lb + cons + F.binary_cross_entropy_with_logits(p, y)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), (torch.rand(4, 4, 4) > .3).float(), torch.rand(4, 4, 4), torch.rand(4)


INPUT_AXES = (("batch","seq","feature"),("batch","seq","feature"),("batch","seq","feature"),("batch",))
