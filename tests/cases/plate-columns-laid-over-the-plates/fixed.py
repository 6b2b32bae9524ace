import torch
import torch.nn as nn


class PlateReader(nn.Module):
    def __init__(self, characters=22, hidden=14):
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Tanh(), nn.AvgPool2d((4, 2)))
        self.read = nn.GRU(5 * 2, hidden, bidirectional=True)
        self.name = nn.Linear(2 * hidden, characters)

    def forward(self, plates):
        maps = self.look(plates)
        number, columns = maps.size(0), maps.size(3)
        rows = maps.permute(0, 3, 1, 2).reshape(number, -1)
        states, _ = self.read(rows.view(number, columns, 10).transpose(0, 1))
        return self.name(states).log_softmax(2)


def make_model():
    torch.manual_seed(61)
    return PlateReader()


def make_inputs():
    return (torch.rand(7, 3, 8, 24),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
