
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, T=4, n=4, h=4):
        super().__init__()
        self.W = nn.Parameter(torch.randn(T, n, h)); self.rnn = nn.GRU(h, h, batch_first=True)
        self.hyp = nn.Linear(h, h * 2); self.c = nn.Conv1d(T, T, 1)

    def forward(self, x):
        y = torch.bmm(x.transpose(0, 1), self.W).transpose(0, 1)
        y = y + self.c(y)
        o, h = self.rnn(y)
        w = self.hyp(h[-1]).view(-1, 4, 2)
        p = torch.bmm(o, w)
        return torch.einsum("bto,tp->bpo", p, torch.tril(torch.ones(4, 4))).sum(1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("batch","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.randn(4, 2)


TARGET_AXES = ("batch","out")


def loss_fn(o, t):
    return F.mse_loss(o, t)
