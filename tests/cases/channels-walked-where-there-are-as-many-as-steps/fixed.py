import torch
import torch.nn as nn


class Watch(nn.Module):
    def __init__(self, channels=8, h=12, classes=4):
        super().__init__()
        self.rnn = nn.LSTM(channels, h, batch_first=True)
        self.fc = nn.Linear(h, classes)

    def forward(self, signal):
        _, (h_n, _) = self.rnn(signal.transpose(1, 2))
        return self.fc(h_n[-1])


def make_model():
    torch.manual_seed(0)
    return Watch()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 8, 8, generator=g),)


INPUT_AXES = (("batch", "channel", "seq"),)
