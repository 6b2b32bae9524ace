import torch
import torch.nn as nn


class Peephole(nn.Module):
    def __init__(self):
        super().__init__()
        self.gates, self.fc = nn.Linear(3 + 6, 24), nn.Linear(6, 3)
        self.peep = nn.Parameter(torch.randn(3, 6) * 0.1)

    def step(self, x, h, c):
        z = self.gates(torch.cat([h, x], dim=-1))
        i = torch.sigmoid(z[:, :6] + self.peep[0] * c)
        f = torch.sigmoid(z[:, 6:12] + self.peep[1] * c)
        kept = torch.addcmul(i * torch.tanh(z[:, 12:18]), f, c)
        o = torch.sigmoid(z[:, 18:] + self.peep[2] * kept)
        return o * kept.tanh(), kept

    def forward(self, x):
        h = c = torch.zeros(x.shape[0], 6)
        outputs = x.new_zeros(x.shape[0], x.shape[1], 6)
        for t in range(x.shape[1]):
            c, h = self.step(x[:, t], h, c)
            outputs[:, t] = h
        return self.fc(outputs)


def make_model():
    torch.manual_seed(0)
    return Peephole()


def make_inputs(batch=6, seq=6):
    torch.manual_seed(1)
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
