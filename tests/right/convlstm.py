import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvLSTM(nn.Module):
    def __init__(self, c=2, h=4):
        super().__init__()
        self.h = h
        self.conv = nn.Conv2d(c + h, 4 * h, 3, padding=1)
        self.fc = nn.Linear(h, 2)

    def forward(self, x):
        b, t, c, H, W = x.shape
        h = torch.zeros(b, self.h, H, W)
        s = torch.zeros_like(h)
        for k in range(t):
            i, f, o, g = torch.split(self.conv(torch.cat([x[:, k], h], 1)), self.h, dim=1)
            s = f.sigmoid() * s + i.sigmoid() * g.tanh()
            h = o.sigmoid() * s.tanh()
        return self.fc(F.adaptive_avg_pool2d(h, 1).flatten(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ConvLSTM()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 2, 7, 8),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
