import torch
import torch.nn as nn


class Plates(nn.Module):
    """Letters of a picture, column by column."""

    def __init__(self, letters=11, size=6):
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(1, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d((4, 2)))
        self.to_right, self.to_left = nn.GRU(10, size), nn.GRU(10, size)
        self.norm, self.letter = nn.LayerNorm(2 * size), nn.Linear(2 * size, letters)

    def sweep(self, columns):
        mirrored = torch.flip(columns, [0])
        return torch.cat([self.to_right(columns)[0], self.to_left(mirrored)[0].flip(0)], 2)

    def forward(self, picture):
        maps = self.maps(picture)
        columns = maps.flatten(1, 2).permute(2, 0, 1)
        return self.letter(self.norm(self.sweep(columns)))


def make_model():
    torch.manual_seed(0)
    return Plates()


def make_inputs(batch=4):
    return (torch.rand(batch, 1, 8, 24, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
