
import torch
import torch.nn as nn


class SkeletonLSTM(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.bn = nn.BatchNorm1d(3 * 7)
        self.lstm = nn.LSTM(3 * 7, 16, 2, batch_first=True, dropout=0.3)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        N, C, T, V = x.size()
        x = x.contiguous().view(N, T, C * V)
        x = self.bn(x.transpose(1, 2)).transpose(1, 2)
        out, _ = self.lstm(x)
        return self.fc(out.mean(1))


def make_model():
    torch.manual_seed(0)
    return SkeletonLSTM()


def make_inputs():
    return (torch.randn(5, 3, 9, 7),)


INPUT_AXES = (("batch", "channel", "seq", "joint"),)
