import torch
import torch.nn as nn
import torch.nn.functional as F


class Crew(nn.Module):
    def __init__(self, sensors=4, units=12):
        super().__init__()
        self.units = units
        self.rower = nn.GRU(sensors, units, batch_first=True)
        self.speed = nn.Linear(units, 1)

    def forward(self, strokes):
        races, minutes, rowers, sensors = strokes.size()
        each = strokes.transpose(1, 2).reshape(races * rowers, minutes, sensors)
        states = self.rower(each)[0].view(races, rowers, minutes, self.units).transpose(1, 2)
        return self.speed(torch.tanh(states).sum(dim=2))[..., 0]


def make_model():
    torch.manual_seed(0)
    return Crew()


def make_inputs(batch=3, seq=10, rower=4):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, rower, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "rower", "feature"),)


def make_target(batch=3, seq=10):
    g = torch.Generator().manual_seed(2)
    return torch.randn(batch, seq, generator=g)


TARGET_AXES = ("batch", "seq")
loss_fn = F.mse_loss
