import torch
from torch import nn


class Leak(nn.Module):
    def __init__(self, joints, width):
        super().__init__()
        self.take = nn.Linear(joints, width)
        self.mix = nn.Linear(width, width, bias=False)
        self.say = nn.Linear(width, 3)

    def forward(self, frames):
        state = frames.new_zeros(frames.size(1), self.mix.in_features)
        said = []
        for frame in frames:
            state = 0.5 * state + 0.5 * torch.relu(self.take(frame) + self.mix(state))
            said.append(self.say(state))
        return torch.stack(said)


class Gestures(nn.Module):
    """A label for each frame of a hand's movement, the mean of what two leaky networks say."""

    def __init__(self):
        super().__init__()
        self.first, self.second = Leak(6, 11), Leak(6, 11)

    def forward(self, frames):
        first = self.first(frames)
        second = self.second(torch.flip(frames, (0,)))
        return torch.stack((first, second)).mean(0)


def make_model():
    torch.manual_seed(4)
    return Gestures()


def make_inputs(batch=5, seq=8):
    return (torch.randn(seq, batch, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
