import torch
import torch.nn as nn


class GateModel(nn.Module):
    def __init__(self, features=6, hidden=9, experts=4):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, batch_first=True)
        self.gate = nn.Linear(hidden, experts)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x):
        return self.softmax(self.gate(self.lstm(x)[0]))


def make_model():
    torch.manual_seed(101)
    return GateModel()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
