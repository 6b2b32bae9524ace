
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, d=4, h=4):
        super().__init__()
        self.e, self.g, self.d = nn.GRU(d, h, 2, batch_first=True, bidirectional=True), nn.GRU(d, h, batch_first=True), nn.GRU(d, h, 2, batch_first=True)
        self.fc, self.l, self.l2, self.w = nn.Linear(h, 3), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, x):
        _, h = self.e(x)
        o1, _ = self.d(x, h[1::2].contiguous())
        o2, _ = self.d(x, h[::2].contiguous())
        o3, _ = self.g(x, h[-1:].contiguous())
        o4, _ = self.g(x, h[-2:-1].contiguous())
        return self.fc(o1 + o2 + o3 + o4)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("batch","seq","feature"),)
