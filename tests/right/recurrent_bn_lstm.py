
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=3, h=4, T=4):
        super().__init__()
        self.h = h
        self.wx, self.wh = nn.Parameter(torch.randn(n, 4 * h) * .3), nn.Parameter(torch.eye(h).repeat(1, 4)); self.b = nn.Parameter(torch.zeros(4 * h))
        self.bi, self.bh, self.bc = (nn.ModuleList([nn.BatchNorm1d(k) for _ in range(T)]) for k in (4 * h, 4 * h, h))

    def forward(self, x, length):
        x = x.transpose(0, 1)
        h = c = x.data.new(x.size(1), self.h).zero_()
        outs = []
        for t in range(x.size(0)):
            g = self.bh[t](torch.mm(h, self.wh)) + self.bi[t](torch.mm(x[t], self.wx)) + self.b.unsqueeze(0).expand(x.size(1), 4 * self.h)
            f, i, o, gg = torch.split(g, self.h, dim=1)
            cn = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(gg)
            hn = torch.sigmoid(o) * torch.tanh(self.bc[t](cn))
            m = (t < length).float().unsqueeze(1).expand_as(hn)
            h, c = hn * m + h * (1 - m), cn * m + c * (1 - m)
            outs.append(h)
        return torch.stack(outs, 0)[-1]


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 3), torch.tensor([4, 2, 3, 1])


INPUT_AXES = (("batch","seq","feature"),("batch",))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 4, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
