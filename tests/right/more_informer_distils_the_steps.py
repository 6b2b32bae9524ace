import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.into, self.mha = nn.Linear(5, d), nn.MultiheadAttention(d, 2, batch_first=True)
        self.conv, self.norm = nn.Conv1d(d, d, 3, padding=1, padding_mode="circular"), nn.BatchNorm1d(d)
        self.pool, self.rnn, self.out = nn.MaxPool1d(3, 2, 1), nn.GRU(d, d, batch_first=True), nn.Linear(d, 4)

    def forward(self, x):
        y = self.into(x)
        y = y + self.mha(y, y, y)[0]
        y = self.pool(F.elu(self.norm(self.conv(y.permute(0, 2, 1))))).transpose(1, 2)
        return self.out(self.rnn(y)[0][:, -1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 10, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
