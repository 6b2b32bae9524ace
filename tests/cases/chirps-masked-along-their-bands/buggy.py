import torch
from torch import nn


class Chirps(nn.Module):
    def __init__(self, bands=4, units=6):
        super().__init__()
        self.rnn = nn.LSTM(bands, units, batch_first=True)
        self.bands = nn.Linear(units, bands)

    def forward(self, chirps, lengths):
        told = self.bands(self.rnn(chirps)[0])
        places = torch.arange(told.size(-1)).expand(len(lengths), -1)
        beyond = places >= lengths.unsqueeze(1)
        wrong = (told - chirps.roll(-1, 1)).abs()
        return wrong.masked_fill(beyond.unsqueeze(1), 0.0).sum() / lengths.sum()


def make_model():
    torch.manual_seed(0)
    return Chirps()


def make_inputs():
    lengths = torch.tensor([8, 5, 3, 2])
    chirps = torch.randn(4, 8, 4, generator=torch.Generator().manual_seed(1))
    return chirps * (torch.arange(8) < lengths[:, None])[..., None], lengths


INPUT_AXES = ("batch seq feature", "batch")
