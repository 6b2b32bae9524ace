import torch
import torch.nn as nn


class Gait(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 11, batch_first=True)
        self.kind = nn.Linear(11, 4)

    def forward(self, signal):
        batch, channels, steps = signal.shape
        _, (h, _) = self.rnn(signal.view(batch, steps, channels))
        return self.kind(h[-1])


def make_model():
    torch.manual_seed(0)
    return Gait()


def make_inputs(batch=5, seq=9):
    return (torch.randn(batch, 3, seq),)


INPUT_AXES = (("batch", "channel", "seq"),)
