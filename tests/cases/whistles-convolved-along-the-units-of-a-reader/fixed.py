import torch
import torch.nn as nn
import torch.nn.functional as F


class WhistleModel(nn.Module):
    def __init__(self, bands=6, hidden=20, frames=16, kinds=4):
        super().__init__()
        self.reader = nn.LSTM(bands, hidden, batch_first=True)
        self.smooth = nn.Conv1d(hidden, 10, kernel_size=5, padding=2)
        self.kind = nn.Linear(10, kinds)

    def forward(self, spectrogram):
        states, _ = self.reader(spectrogram)
        maps = F.relu(self.smooth(states.transpose(1, 2)))
        return self.kind(maps.mean(dim=2))


def make_model():
    torch.manual_seed(0)
    return WhistleModel()


def make_inputs(batch=5, seq=16):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=5):
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 4, (batch,), generator=g)


TARGET_AXES = ("batch",)
loss_fn = F.cross_entropy
