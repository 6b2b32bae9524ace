import torch
from torch import nn


class MapsReadInOrder(nn.Module):
    """A map is read column by column, line by line, place by place, in patches of a line, and with its height taken away."""

    def __init__(self, maps=4):
        super().__init__()
        self.see = nn.Sequential(nn.Conv2d(1, maps, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.columns = nn.GRU(6, 5, batch_first=True)
        self.narrow = nn.Linear(3 * maps, 6)
        self.lines = nn.LSTM(12 * maps, 5, batch_first=True)
        self.places = nn.GRU(maps, 5, batch_first=True)
        self.patches = nn.GRU(3 * maps, 5, batch_first=True)
        self.strip = nn.GRU(maps, 5, batch_first=True)
        self.score = nn.Linear(25, 2)

    def forward(self, pictures):
        seen = self.see(pictures).permute(0, 2, 3, 1)
        n, height, width, maps = seen.shape
        by_column = seen.transpose(1, 2).reshape(n, width, height * maps)
        by_patch = seen.reshape(n, width, height * maps)  # each of a third of a line
        read = [
            self.columns(self.narrow(by_column))[0],
            self.lines(seen.reshape(n, height, width * maps))[0],
            self.places(seen.reshape(n, height * width, maps))[0],
            self.patches(by_patch)[0],
            self.strip(nn.functional.adaptive_avg_pool2d(seen.permute(0, 3, 1, 2), (1, None)).squeeze(2).mT)[0],
        ]
        return self.score(torch.cat([steps[:, -1] for steps in read], -1))


def make_model():
    torch.manual_seed(0)
    return MapsReadInOrder()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.rand(5, 1, 6, 24, generator=g),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
