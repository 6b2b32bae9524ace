import torch
import torch.nn as nn


class BN(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn0 = nn.BatchNorm1d(5)
        self.rnn = nn.GRU(5, 8)
        self.bn1 = nn.BatchNorm1d(8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        T, B, C = x.shape
        x = self.bn0(x.view(T * B, C)).view(T, B, C)
        y, _ = self.rnn(x)
        y = self.bn1(y.permute(1, 2, 0)).permute(2, 0, 1)
        return self.fc(y).log_softmax(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return BN()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
