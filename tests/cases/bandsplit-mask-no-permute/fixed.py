
import torch
import torch.nn as nn
import torch.nn.functional as F


class Separator(nn.Module):
    def __init__(self, n_ch=2, n_freq=11, hidden=10):
        super().__init__()
        self.n_ch, self.n_freq = n_ch, n_freq
        self.norm = nn.LayerNorm(n_ch * n_freq)
        self.rnn = nn.LSTM(n_ch * n_freq, hidden, batch_first=True, bidirectional=True)
        self.mlp = nn.Sequential(nn.Linear(hidden * 2, 24), nn.Tanh(), nn.Linear(24, n_ch * n_freq))

    def forward(self, spec):
        b, c, f, t = spec.shape
        x = spec.permute(0, 3, 1, 2).reshape(b, t, c * f)
        x = self.norm(x)
        out, _ = self.rnn(x)
        mask = torch.sigmoid(self.mlp(out))
        mask = mask.reshape(b, t, c, f).permute(0, 2, 3, 1)
        return spec * mask


def make_model():
    torch.manual_seed(0)
    return Separator()


def make_inputs():
    return (torch.rand(5, 2, 11, 9),)


INPUT_AXES = (("batch", "channel", "freq", "seq"),)


def make_target():
    return torch.rand(5, 2, 11, 9)


TARGET_AXES = ("batch", "channel", "freq", "seq")


def loss_fn(output, target):
    return F.l1_loss(output, target)
