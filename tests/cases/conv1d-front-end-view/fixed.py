import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvLSTM(nn.Module):
    def __init__(self, n_features=5, n_hidden=12):
        super().__init__()
        self.conv = nn.Conv1d(n_features, 8, kernel_size=3, padding=1)
        self.lstm = nn.LSTM(8, n_hidden, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, x):
        x = F.relu(self.conv(x.permute(0, 2, 1)))
        x = x.permute(0, 2, 1)
        _, (h, c) = self.lstm(x)
        return self.out(h[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ConvLSTM()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
