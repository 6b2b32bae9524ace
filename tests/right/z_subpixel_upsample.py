
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, h=4):
        super().__init__()
        self.e, self.g, self.d = nn.GRU(d, h, 2, batch_first=True, bidirectional=True), nn.GRU(d, h, batch_first=True), nn.GRU(d, h, 2, batch_first=True)
        self.fc, self.l, self.l2, self.w = nn.Linear(h, 3), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, x):
        B, T, C = x.shape
        z = self.g(x)[0].transpose(1, 2)
        z = torch.cat([z, -z], 1).view(B, 2, C, T).permute(0, 2, 3, 1).reshape(B, C, T * 2)
        o = self.g(z.transpose(1, 2))[0]
        return self.fc(o)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("batch","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 3, (4, 8))


TARGET_AXES = ("batch","seq")


def loss_fn(o, t):
    return F.cross_entropy(o.flatten(0, 1), t.flatten())
