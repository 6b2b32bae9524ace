import torch
import torch.nn as nn


class Load(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(5)
        self.rnn, self.out = nn.LSTM(5, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x):
        x = self.norm(x.mT).mT
        return self.out(self.rnn(x)[0][:, -1])


def make_model():
    torch.manual_seed(0)
    return Load()


def make_inputs(batch=7):
    return (torch.randn(batch, 5, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
