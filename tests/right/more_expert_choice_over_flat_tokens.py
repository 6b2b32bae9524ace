import torch
import torch.nn as nn


class Model(nn.Module):
    """Experts choose tokens of the whole batch; what they return is written back with index_add."""

    def __init__(self, width=8, experts=3):
        super().__init__()
        self.rnn = nn.LSTM(5, width)
        self.gate = nn.Linear(width, experts)
        self.experts = nn.ModuleList(nn.Linear(width, width) for _ in range(experts))

    def forward(self, x):
        y, _ = self.rnn(x)
        flat = y.reshape(-1, y.size(-1))
        probabilities = self.gate(flat).softmax(-1)
        weights, rows = probabilities.t().topk(6, dim=1)
        mixed = torch.zeros_like(flat)
        for expert, weight, row in zip(self.experts, weights, rows):
            mixed = mixed.index_add(0, row, weight.unsqueeze(1) * expert(flat[row]))
        return (flat + mixed).view_as(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(7, 4, 5, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
