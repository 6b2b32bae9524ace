import torch
import torch.nn as nn


class Gestures(nn.Module):
    def __init__(self, channels=4, h=9):
        super().__init__()
        self.see = nn.Sequential(nn.Conv3d(2, channels, (3, 1, 1), padding=(1, 0, 0)), nn.ReLU(), nn.AvgPool3d((1, 2, 2)))
        self.read = nn.LSTM(channels * 6, h, batch_first=True)
        self.name = nn.Linear(h, 5)

    def forward(self, clip):
        seen = self.see(clip)
        frames = seen.transpose(1, 2).flatten(2)
        _, (h, _) = self.read(frames)
        return self.name(h[-1])


def make_model():
    torch.manual_seed(0)
    return Gestures()


def make_inputs(batch=3, seq=7):
    return (torch.randn(batch, 2, seq, 4, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "feature", "seq", "height", "width"),)
