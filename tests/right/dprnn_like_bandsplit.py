
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, d=4):
        super().__init__()
        self.bands = [2, 2, 1]
        self.fcs = nn.ModuleList([nn.Linear(2 * b, d) for b in self.bands]); self.t, self.k = nn.LSTM(d, d, batch_first=True, bidirectional=True), nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.ft, self.fk = nn.Linear(2 * d, d), nn.Linear(2 * d, d); self.gn = nn.GroupNorm(3, 3); self.ms = nn.ModuleList([nn.Linear(d, 2 * b) for b in self.bands])

    def forward(self, x):
        B, C, Fr, T = x.shape
        xs, s = [], 0
        for b, fc in zip(self.bands, self.fcs):
            xs.append(fc(x[:, :, s:s + b].permute(0, 3, 1, 2).reshape(B, T, -1))); s += b
        z = torch.stack(xs, 1)
        for rnn, fc in ((self.t, self.ft), (self.k, self.fk)):
            b_, K, T_, N = z.shape
            out = self.gn(z.permute(0, 1, 2, 3)) if K == 3 else z
            out = rnn(out.reshape(-1, T_, N))[0]
            out = fc(out).reshape(b_, K, T_, N)
            z = z + out
            z = z.permute(0, 2, 1, 3)
        m = torch.cat([l(z[:, i]).reshape(B, T, C, b).permute(0, 2, 3, 1) for i, (l, b) in enumerate(zip(self.ms, self.bands))], 2)
        return x * torch.sigmoid(m)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(3, 2, 5, 4),)


INPUT_AXES = (("batch","channel","freq","seq"),)
