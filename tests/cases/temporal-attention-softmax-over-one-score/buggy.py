import torch
import torch.nn as nn
import torch.nn.functional as F


class StockAttention(nn.Module):
    def __init__(self, series=5, hidden=12):
        super().__init__()
        self.lstm = nn.LSTM(series, hidden)
        self.score = nn.Linear(hidden, 1)
        self.out = nn.Linear(hidden, series)

    def forward(self, prices):
        h, _ = self.lstm(prices)
        w = F.softmax(self.score(torch.tanh(h)), dim=-1)
        context = torch.sum(w * h, dim=0)
        return self.out(context)


def make_model():
    torch.manual_seed(41)
    return StockAttention()


def make_inputs(batch=6, seq=9):
    return (torch.randn(seq, batch, 5),)


INPUT_AXES = (("seq", "batch", "series"),)
