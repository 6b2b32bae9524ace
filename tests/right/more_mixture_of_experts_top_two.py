import torch
import torch.nn as nn


class Model(nn.Module):
    """Two experts for each step, gathered by index, with a loss that balances them over all steps and samples."""

    def __init__(self, width=8, experts=4):
        super().__init__()
        self.rnn = nn.GRU(5, width, batch_first=True)
        self.gate = nn.Linear(width, experts)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(width, 12), nn.ReLU(), nn.Linear(12, width)) for _ in range(experts))
        self.out = nn.Linear(width, 3)

    def forward(self, x):
        y, _ = self.rnn(x)
        scores = self.gate(y)
        weights, chosen = scores.topk(2, dim=-1)
        weights = weights.softmax(-1)
        every = torch.stack([expert(y) for expert in self.experts], dim=2)
        picked = every.gather(2, chosen.unsqueeze(-1).expand(-1, -1, -1, y.size(-1)))
        mixed = (weights.unsqueeze(-1) * picked).sum(2)
        load = scores.softmax(-1).mean((0, 1))
        return self.out(y + mixed), (load * load).sum()


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 7, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
