import torch
import torch.nn as nn


class Ranker(nn.Module):
    def __init__(self, features=6, hidden=9):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.bilinear = nn.Bilinear(hidden, hidden, 3)

    def forward(self, left, right):
        a = self.gru(left)[1].squeeze(0)
        b = self.gru(right)[1].squeeze(0)
        scores = torch.cat([a, b], dim=1)
        return scores.sum(1) + self.bilinear(a, b).sum(1)


def make_model():
    torch.manual_seed(85)
    return Ranker()


def make_inputs(batch=1, seq=8):
    return torch.randn(batch, seq, 6), torch.randn(batch, seq + 2, 6)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
