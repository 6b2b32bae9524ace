import torch
import torch.nn as nn
import torch.nn.functional as F


class ClickModel(nn.Module):
    def __init__(self, fields=10, hidden=12):
        super().__init__()
        self.norm = nn.LayerNorm(fields)
        self.gru = nn.GRU(fields, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, 6), nn.ReLU(), nn.Linear(6, 1))

    def forward(self, rows):
        out, _ = self.gru(self.norm(rows))
        return self.head(out).squeeze(-1)


def make_model():
    torch.manual_seed(6)
    return ClickModel()


def make_inputs(batch=8, seq=1):
    return (torch.randn(batch, 10),)


INPUT_AXES = (("batch", "feature"),)


def make_target(batch=8, seq=1):
    return torch.rand(batch)


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.binary_cross_entropy_with_logits(output, target)
