
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, C=3):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.GLU(1), nn.AvgPool2d((1, 4)), nn.Dropout(.3))
        self.rnn = nn.GRU(2, 3, batch_first=True, bidirectional=True, num_layers=2); self.dense, self.att = nn.Linear(6, C), nn.Linear(6, C)

    def forward(self, x):
        x = self.cnn(x)
        bs, chan, frames, freq = x.size()
        if freq != 1:
            x = x.permute(0, 2, 1, 3).contiguous().view(bs, frames, chan * freq)
        else:
            x = x.squeeze(-1).permute(0, 2, 1)
        x, _ = self.rnn(x)
        s = torch.sigmoid(self.dense(x))
        a = torch.clamp(F.softmax(self.att(x), dim=-1), min=1e-7, max=1)
        return (s * a).sum(1) / a.sum(1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.rand(4, 1, 4, 4),)


INPUT_AXES = (("batch","channel","seq","freq"),)


def make_target():
    torch.manual_seed(2)
    return torch.rand(4, 3)


TARGET_AXES = ("batch","classes")


def loss_fn(o, t):
    return nn.BCELoss()(o, t)
