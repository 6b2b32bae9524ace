import torch
import torch.nn as nn


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.cell = nn.GRU(4, 8, num_layers=2, batch_first=True), nn.GRUCell(4, 8)
        self.second, self.out = nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        _, h = self.first(x)
        h = h.sum(0)
        for now in x.unbind(1):
            h = self.cell(now, h)
        return self.out(h)


def make_model():
    torch.manual_seed(0)
    return Cells()


def make_inputs(batch=6, seq=7):
    return (torch.randn(batch, seq, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
