import torch
import torch.nn as nn


class Pump(nn.Module):
    def __init__(self, sensors=6, h=10):
        super().__init__()
        self.rnn = nn.GRU(sensors, h, num_layers=2)
        self.fc = nn.Linear(h, 1)

    def forward(self, x):
        sensors, samples, steps = x.shape
        x = x.permute(2, 1, 0)
        y, _ = self.rnn(x)
        return self.fc(y[-1])


def make_model():
    torch.manual_seed(0)
    return Pump()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, batch, 6, generator=g),)


INPUT_AXES = (("sensor", "batch", "seq"),)
