import torch
import torch.nn as nn


class MoE(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.gate = nn.Linear(8, 3)
        self.ex = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))

    def forward(self, x):
        o, _ = self.rnn(x)
        flat = o.reshape(-1, 8)
        p, i = self.gate(flat).softmax(-1).max(-1)
        y = torch.zeros_like(flat)
        for k, e in enumerate(self.ex):
            sel = (i == k).nonzero().squeeze(1)
            if len(sel):
                y[sel] = e(flat[sel]) * p[sel].unsqueeze(1)
        return y.view_as(o)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MoE()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
