import torch
import torch.nn as nn


class BNLSTM(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.lstm = nn.LSTM(5, hidden, batch_first=True)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc = nn.Linear(hidden, 4)

    def forward(self, x):
        out, _ = self.lstm(x)
        out = self.bn(out)
        return self.fc(out)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return BNLSTM()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
