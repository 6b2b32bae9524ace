import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """LSTM-FCN: a convolution branch with channel weights beside a recurrent one."""

    def __init__(self, variables=4, classes=3):
        super().__init__()
        self.conv, self.bn = nn.Conv1d(variables, 8, 5, padding=2), nn.BatchNorm1d(8)
        self.squeeze = nn.Sequential(nn.Linear(8, 2), nn.ReLU(), nn.Linear(2, 8), nn.Sigmoid())
        self.rnn = nn.LSTM(variables, 6, batch_first=True)
        self.out = nn.Linear(14, classes)

    def forward(self, x):
        y = F.relu(self.bn(self.conv(x.transpose(1, 2))))
        y = y * self.squeeze(y.mean(-1)).unsqueeze(-1)
        _, (h, _) = self.rnn(x)
        return self.out(torch.cat([y.mean(-1), h[-1]], 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "variable"),)
