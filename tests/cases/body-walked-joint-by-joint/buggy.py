import torch
import torch.nn as nn


class Gait(nn.Module):
    def __init__(self, frames=10, joints=7):
        super().__init__()
        self.gru = nn.GRU(frames, 8)
        self.out = nn.Linear(8, 4)

    def forward(self, poses):
        y, _ = self.gru(poses.permute(2, 0, 1))
        return self.out(y[-1])


def make_model():
    torch.manual_seed(0)
    return Gait()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 10, 7, generator=g),)


INPUT_AXES = (("batch", "seq", "joint"),)
