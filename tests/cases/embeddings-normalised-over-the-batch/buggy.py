import torch
import torch.nn as nn
import torch.nn.functional as F


class QueryEncoder(nn.Module):
    def __init__(self, features=7, hidden=12, width=9):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.project = nn.Linear(hidden, width)

    def forward(self, x):
        _, h = self.gru(x)
        return F.normalize(self.project(h[-1]), dim=0)


def make_model():
    torch.manual_seed(55)
    return QueryEncoder()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)
