import torch
import torch.nn as nn
from einops import rearrange


class FrameNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.gru = nn.GRU(4, 8, batch_first=True)
        self.cls = nn.Linear(8, 3)

    def forward(self, clip):
        b, t = clip.shape[:2]
        f = self.cnn(rearrange(clip, "b t c h w -> (b t) c h w"))
        f = rearrange(f, "(b t) d -> b t d", b=b)
        _, h = self.gru(f)
        return self.cls(h[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return FrameNet()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 2, 7, 8),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
