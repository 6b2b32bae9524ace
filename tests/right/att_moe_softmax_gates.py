import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, experts=4):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.gate = nn.Linear(d, experts)
        self.experts = nn.ModuleList(nn.Linear(d, d) for _ in range(experts))
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        gates = self.gate(h).softmax(-1)
        outs = torch.stack([expert(h) for expert in self.experts], dim=2)
        y = torch.einsum("bte,bted->btd", gates, outs)
        balance = gates.mean((0, 1))
        return self.out(y.mean(1)), balance


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
