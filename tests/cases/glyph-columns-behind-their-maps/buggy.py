import torch
import torch.nn as nn


class Signs(nn.Module):
    def __init__(self, maps=6, h=9, signs=4):
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(1, maps, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.rnn = nn.LSTM(maps, h, batch_first=True)
        self.fc = nn.Linear(h, signs)

    def forward(self, film):
        b, t = film.shape[:2]
        seen = self.look(film.flatten(0, 1)).flatten(1)
        seen = seen.unflatten(0, (b, t)).permute(0, 2, 1)
        y, _ = self.rnn(seen)
        return self.fc(y[:, -1])


def make_model():
    torch.manual_seed(0)
    return Signs()


def make_inputs(batch=4):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 6, 1, 5, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
