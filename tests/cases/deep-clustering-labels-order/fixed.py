
import torch
import torch.nn as nn
import torch.nn.functional as F


class DPCL(nn.Module):
    def __init__(self, n_freq=7, hid=10, D=4):
        super().__init__()
        self.D = D
        self.blstm = nn.LSTM(n_freq, hid, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hid, n_freq * D)

    def forward(self, mag):
        B, T, Fr = mag.shape
        o, _ = self.blstm(mag)
        v = torch.tanh(self.fc(o)).view(B, T * Fr, self.D)
        return F.normalize(v, p=2, dim=-1)


def make_model():
    torch.manual_seed(0)
    return DPCL()


def make_inputs():
    return (torch.rand(3, 9, 7),)


INPUT_AXES = (("batch", "seq", "freq"),)


def make_target():
    return F.one_hot(torch.randint(0, 2, (3, 7, 9), generator=torch.Generator().manual_seed(1)), 2).float()


TARGET_AXES = ("batch", "freq", "seq", "speaker")


def loss_fn(v, y):
    y = y.transpose(1, 2).reshape(y.size(0), -1, y.size(-1))
    vv = torch.bmm(v.transpose(1, 2), v)
    vy = torch.bmm(v.transpose(1, 2), y)
    yy = torch.bmm(y.transpose(1, 2), y)
    return (vv ** 2).sum() - 2 * (vy ** 2).sum() + (yy ** 2).sum()
