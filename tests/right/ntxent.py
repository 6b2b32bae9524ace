import torch
import torch.nn as nn
import torch.nn.functional as F


class SimCLR(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 10, batch_first=True)
        self.proj = nn.Sequential(nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 6))

    def forward(self, x1, x2):
        z = torch.cat([self.proj(self.rnn(x)[1][0][-1]) for x in (x1, x2)], dim=0)
        z = F.normalize(z, dim=1)
        n = x1.size(0)
        sim = torch.mm(z, z.t()).masked_fill(torch.eye(2 * n, dtype=torch.bool), -9e15) / 0.5
        pos = torch.arange(2 * n).roll(n)
        return -F.log_softmax(sim, dim=-1)[torch.arange(2 * n), pos].mean()


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return SimCLR()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 9, 5))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
