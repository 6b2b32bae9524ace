import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, steps=9):
        super().__init__()
        self.cell = nn.LSTMCell(f, d)
        self.attn = nn.Linear(2 * d + steps, 1)
        self.temporal = nn.Linear(d, 1)
        self.out = nn.Linear(d, 1)

    def forward(self, x):
        b, t, f = x.shape
        h = c = x.new_zeros(b, 12)
        states = []
        for i in range(t):
            z = torch.cat([h.repeat(f, 1, 1).permute(1, 0, 2), c.repeat(f, 1, 1).permute(1, 0, 2), x.permute(0, 2, 1)], 2)
            a = F.softmax(self.attn(z.view(-1, z.size(2))).view(-1, f), dim=1)
            h, c = self.cell(a * x[:, i], (h, c))
            states.append(h)
        encoded = torch.stack(states, 1)
        beta = F.softmax(self.temporal(torch.tanh(encoded)).view(b, t), dim=1)
        return self.out(torch.bmm(beta.unsqueeze(1), encoded)[:, 0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
