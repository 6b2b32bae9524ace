import torch
import torch.nn as nn
import torch.nn.functional as F


class HARModel(nn.Module):
    def __init__(self, n_channels=4, n_classes=6):
        super().__init__()
        self.n_channels = n_channels
        self.conv1 = nn.Conv1d(n_channels, 10, 5)
        self.conv2 = nn.Conv1d(10, 10, 3)
        self.lstm1 = nn.LSTM(10, 16)
        self.fc = nn.Linear(16, n_classes)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        x = x.view(-1, self.n_channels, x.size(1))
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = x.permute(2, 0, 1)
        x, hidden = self.lstm1(x)
        x = self.dropout(x[-1])
        return self.fc(x)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return HARModel()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 19, 4),)


INPUT_AXES = (("batch", "seq", "channel"),)
