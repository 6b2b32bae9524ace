
import torch
import torch.nn as nn
import torch.nn.functional as F


@torch.jit.script
def cell(x, h, c, w, u, b):
    g = torch.mm(x, w) + torch.mm(h, u) + b
    i, f, o, n = g.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(n)
    return torch.sigmoid(o) * torch.tanh(c), c


class Net(nn.Module):
    def __init__(self, n=4):
        super().__init__()
        self.w, self.u, self.b = nn.Parameter(torch.randn(n, 4 * n)), nn.Parameter(torch.randn(n, 4 * n)), nn.Parameter(torch.zeros(4 * n)); self.fc = nn.Linear(n, 2)

    def forward(self, x):
        h = c = torch.zeros(x.size(0), 4); outs = torch.jit.annotate(list, [])
        for t in x.unbind(1):
            h, c = cell(t, h, c, self.w, self.u, self.b); outs += [h]
        return self.fc(torch.stack(outs, 1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("batch","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 2, (4, 4))


TARGET_AXES = ("batch","seq")


def loss_fn(o, t):
    return F.cross_entropy(o.transpose(1, 2), t)
