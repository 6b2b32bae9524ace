import torch
import torch.nn as nn


class Counter(nn.Module):
    def __init__(self, channels=6, h=8):
        super().__init__()
        self.conv = nn.Conv3d(1, channels, 3, padding=1)
        self.largest = nn.AdaptiveMaxPool3d((None, 1, 1))
        self.gru = nn.GRU(channels, h, batch_first=True)
        self.out = nn.Linear(h, 1)

    def forward(self, clip):
        x = self.largest(torch.relu(self.conv(clip)))
        b, c, t, _, _ = x.shape
        states, _ = self.gru(x.view(b, c, t).transpose(1, 2))
        return self.out(states[:, -1]).squeeze(1)


def make_model():
    torch.manual_seed(0)
    return Counter()


def make_inputs(batch=4, seq=5):
    return (torch.randn(batch, 1, seq, 6, 8, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "feature", "seq", "height", "width"),)
