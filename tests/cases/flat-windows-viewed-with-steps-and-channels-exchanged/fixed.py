import torch
import torch.nn as nn


class ActivityNet(nn.Module):
    def __init__(self, steps=12, channels=3, hidden=10, classes=6):
        super().__init__()
        self.channels = channels
        self.gru = nn.GRU(channels, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, flat):
        x = flat.view(flat.size(0), -1, self.channels)
        _, h = self.gru(x)
        return self.fc(h[-1])


def make_model():
    torch.manual_seed(58)
    return ActivityNet()


def make_inputs(batch=5, seq=12):
    return (torch.randn(batch, seq * 3),)


INPUT_AXES = (("batch", "seq*channel=3"),)
