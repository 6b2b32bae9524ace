
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, h=4):
        super().__init__()
        self.e, self.g, self.d = nn.GRU(d, h, 2, batch_first=True, bidirectional=True), nn.GRU(d, h, batch_first=True), nn.GRU(d, h, 2, batch_first=True)
        self.fc, self.l, self.l2, self.w = nn.Linear(h, 3), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, x):
        h = self.g(x)[0]
        y = x.mean(1)
        perm = torch.randperm(x.size(0))
        joint = self.w(F.relu(self.l(h[:, -1]) + self.l2(y)))
        marg = self.w(F.relu(self.l(h[:, -1]) + self.l2(y[perm])))
        return -(joint.mean() - torch.log(torch.exp(marg).mean() + 1e-6))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(5, 5, 4),)


INPUT_AXES = (("batch","seq","feature"),)
