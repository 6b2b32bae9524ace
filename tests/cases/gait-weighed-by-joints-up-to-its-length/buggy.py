import torch
from torch import nn


class Gait(nn.Module):
    def __init__(self, joints=6, units=9):
        super().__init__()
        self.rnn = nn.GRU(joints, units)
        self.joints = nn.Linear(units, joints)

    def loss(self, told, walk, frames):
        in_walk = (torch.arange(walk.shape[-1])[None, :] < frames[:, None]).to(told.dtype)
        return (in_walk * (told - walk) ** 2).mean()

    def forward(self, walk, frames):
        told = self.joints(self.rnn(walk)[0])
        return self.loss(told, walk, frames)


def make_model():
    torch.manual_seed(0)
    return Gait()


def make_inputs():
    frames = torch.tensor([11, 7, 4])
    walk = torch.randn(11, 3, 6, generator=torch.Generator().manual_seed(1))
    return walk * (torch.arange(11)[:, None] < frames)[..., None], frames


INPUT_AXES = ("seq batch feature", "batch")
