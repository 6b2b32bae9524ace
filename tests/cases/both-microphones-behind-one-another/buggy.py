import torch
from torch import nn


class Speaker(nn.Module):
    """Who speaks in each frame, heard by two microphones."""

    def __init__(self, bands=6, width=7):
        super().__init__()
        self.near, self.far = nn.GRU(bands, width, batch_first=True), nn.GRU(bands, width, batch_first=True)
        self.who = nn.Linear(2 * width, 4)

    def forward(self, sound):
        near, far = sound.unbind(2)
        heard = [self.near(near)[0], self.far(far)[0]]
        both = torch.cat(heard, 1).reshape(near.size(0), near.size(1), -1)
        return self.who(both)


def make_model():
    torch.manual_seed(0)
    return Speaker()


def make_inputs(batch=5, seq=12):
    return (torch.randn(batch, seq, 2, 6),)


INPUT_AXES = (("batch", "seq", "microphone", "feature"),)
