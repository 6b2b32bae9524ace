import torch
import torch.nn as nn


class MachineHealth(nn.Module):
    def __init__(self, sensors=7, hidden=10):
        super().__init__()
        self.encoder = nn.GRU(sensors, hidden, num_layers=3, batch_first=True)
        self.regress = nn.Linear(hidden, 1)

    def forward(self, readings):
        _, state = self.encoder(readings)
        first = state[0]
        return self.regress(first).squeeze(1)


def make_model():
    torch.manual_seed(23)
    return MachineHealth()


def make_inputs(batch=5, seq=9):
    return (torch.randn(batch, seq, 7),)


INPUT_AXES = (("batch", "seq", "sensor"),)


def make_target(batch=5, seq=9):
    return torch.rand(batch)


TARGET_AXES = ("batch",)
loss_fn = nn.SmoothL1Loss()
