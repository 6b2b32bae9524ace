import torch
import torch.nn as nn


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.cell = nn.GRU(4, 8, num_layers=2, batch_first=True), nn.GRUCell(4, 8)
        self.second, self.out = nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        _, h = self.first(x)
        h = h.mean((0, 1), keepdim=True).expand(1, x.size(0), -1).contiguous()
        return self.out(self.second(x, (h, torch.zeros_like(h)))[0])


def make_model():
    torch.manual_seed(0)
    return Reader()


def make_inputs(batch=6, seq=7):
    return (torch.randn(batch, seq, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
