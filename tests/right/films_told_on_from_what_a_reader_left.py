import torch
from torch import nn
from torch.nn import functional as F


class Cell(nn.Module):
    def __init__(self, bands, maps):
        super().__init__()
        self.maps, self.gates = maps, nn.Conv2d(bands + maps, 4 * maps, 3, padding=1)

    def forward(self, frame, state):
        h, c = state
        i, f, o, g = self.gates(torch.cat([frame, h], 1)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Films(nn.Module):
    """A reader of a film hands its state to a cell that is led by the frames and tells the next ones, smoothed over time; another
    convolution looks back alone, and a third says each frame again.
    """

    def __init__(self, bands=1, maps=3):
        super().__init__()
        self.reader, self.teller = Cell(bands, maps), Cell(bands, maps)
        self.smooth, self.again = nn.Conv3d(maps, bands, 3, padding=1), nn.Conv3d(maps, bands, 3, padding=1)
        self.back = nn.Conv3d(maps, bands, 3, padding=(0, 1, 1))

    def read(self, cell, film, state):
        seen = []
        for at in range(film.size(2)):
            state = cell(film[:, :, at], state)
            seen.append(state[0])
        return torch.stack(seen, 2), state

    def forward(self, film):
        zeros = film.new_zeros(film.size(0), self.reader.maps, *film.shape[3:])
        read, state = self.read(self.reader, film, (zeros, zeros))
        told, _ = self.read(self.teller, film[:, :, :-1], state)
        back = self.back(F.pad(read[:, :, :-1], (0, 0, 0, 0, 2, 0)))
        later = film[:, :, 1:]
        return F.mse_loss(self.smooth(told), later) + F.mse_loss(back, later) + F.mse_loss(self.again(read), film)


def make_model():
    torch.manual_seed(0)
    return Films()


def make_inputs():
    return (torch.rand(4, 1, 8, 5, 5, generator=torch.Generator().manual_seed(5)),)


INPUT_AXES = (("batch", "band", "seq", "height", "width"),)
