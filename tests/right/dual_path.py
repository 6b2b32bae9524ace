import torch
import torch.nn as nn


class DualPath(nn.Module):
    def __init__(self, d=6, K=4):
        super().__init__()
        self.K = K
        self.inp = nn.Conv1d(1, d, 2, 2)
        self.intra = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.ip = nn.Linear(2 * d, d)
        self.inter = nn.LSTM(d, d, batch_first=True)
        self.norm = nn.GroupNorm(1, d)

    def forward(self, wav):
        x = self.inp(wav.unsqueeze(1))
        B, D, L = x.shape
        x = x.view(B, D, L // self.K, self.K)
        S = x.size(2)
        a = x.permute(0, 2, 3, 1).reshape(B * S, self.K, D)
        a = self.ip(self.intra(a)[0]).view(B, S, self.K, D).permute(0, 3, 1, 2)
        x = x + self.norm(a)
        b = x.permute(0, 3, 2, 1).reshape(B * self.K, S, D)
        b = self.inter(b)[0].view(B, self.K, S, D).permute(0, 3, 2, 1)
        return (x + b).reshape(B, D, L)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DualPath()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 40),)


INPUT_AXES = (("batch", "seq"),)
