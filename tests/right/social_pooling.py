import torch
import torch.nn as nn


class Social(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.LSTM(2, 8)
        self.mlp = nn.Linear(10, 8)
        self.dec = nn.LSTMCell(2, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, traj):
        T, N, _ = traj.shape
        _, (h, _) = self.enc(traj)
        h = h[0]
        rel = traj[-1].unsqueeze(0) - traj[-1].unsqueeze(1)
        pool = self.mlp(torch.cat([rel, h.unsqueeze(0).expand(N, -1, -1)], -1)).max(1)[0]
        s = torch.cat([h, pool], 1)
        c, x, ys = torch.zeros_like(s), traj[-1] - traj[-2], []
        for _ in range(4):
            s, c = self.dec(x, (s, c))
            x = self.out(s)
            ys.append(x)
        return torch.stack(ys)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Social()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 2),)


INPUT_AXES = (("seq", "agent", "feature"),)
