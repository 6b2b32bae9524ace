import torch
from torch import nn


class Gestures(nn.Module):
    def __init__(self, sensors=5, units=8, kinds=3):
        super().__init__()
        self.lift, self.pull = nn.Linear(sensors, units), nn.Linear(units, units, bias=False)
        self.kind = nn.Linear(2 * units, kinds)

    def forward(self, motion):
        turned = torch.flip(motion, dims=(2,))
        seen = self.lift(torch.cat((motion, turned), 0))
        h = seen.new_zeros(len(seen), seen.size(2))
        for t in range(seen.size(1)):
            h = torch.tanh(seen[:, t] + self.pull(h))
        return self.kind(torch.cat(h.chunk(2), 1))


def make_model():
    torch.manual_seed(0)
    return Gestures()


def make_inputs(batch=6, seq=9):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "sensor"),)
