import torch
import torch.nn as nn


class ConvLstm(nn.Module):
    def __init__(self, features=6, hidden=10):
        super().__init__()
        self.conv = nn.Conv1d(features, 9, kernel_size=3, padding=1)
        self.lstm = nn.LSTM(9, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 2)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        _, (h, _) = self.lstm(x)
        return self.out(h[-1])


def make_model():
    torch.manual_seed(79)
    return ConvLstm()


def make_inputs(batch=4, seq=11):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
