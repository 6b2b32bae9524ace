
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, h=4):
        super().__init__()
        self.e, self.g, self.d = nn.GRU(d, h, 2, batch_first=True, bidirectional=True), nn.GRU(d, h, batch_first=True), nn.GRU(d, h, 2, batch_first=True)
        self.fc, self.l, self.l2, self.w = nn.Linear(h, 3), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, x):
        c = self.g(x)[1]
        pos = self.w(self.g(x, c)[0][:, -1]).squeeze(1)
        neg = self.w(self.g(x, c.roll(1, dims=1))[0][:, -1]).squeeze(1)
        return F.softplus(-pos).mean() + F.softplus(neg).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 5, 4),)


INPUT_AXES = (("batch","seq","feature"),)
