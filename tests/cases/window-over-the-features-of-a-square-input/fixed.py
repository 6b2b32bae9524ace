import torch
import torch.nn as nn
import torch.nn.functional as F


class Inertial(nn.Module):
    def __init__(self, f=9, h=12, classes=5):
        super().__init__()
        self.conv = nn.Conv1d(f, 16, 3, padding=1)
        self.rnn = nn.GRU(16, h, batch_first=True)
        self.fc = nn.Linear(h, classes)

    def forward(self, x):
        y = F.relu(self.conv(x.permute(0, 2, 1)))
        y, _ = self.rnn(y.permute(0, 2, 1))
        return self.fc(y[:, -1])


def make_model():
    torch.manual_seed(0)
    return Inertial()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 9, 9, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
