import torch
import torch.nn as nn


class Sensor(nn.Module):
    def __init__(self, f=3, h=5):
        super().__init__()
        self.gru = nn.GRU(f, h, num_layers=2, batch_first=True, bidirectional=True)
        self.fault = nn.Linear(2 * h, 2)

    def forward(self, x):
        seen, _ = self.gru(x)
        return self.fault(seen)


def make_model():
    torch.manual_seed(0)
    return Sensor()


def make_inputs(batch=4, seq=6):
    return (torch.randn(batch, seq, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
