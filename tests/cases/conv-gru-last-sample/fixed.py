import torch
import torch.nn as nn


class Cell(nn.Module):
    def __init__(self, inp, hid):
        super().__init__()
        self.gates, self.new = nn.Conv2d(inp + hid, 2 * hid, 3, padding=1), nn.Conv2d(inp + hid, hid, 3, padding=1)

    def forward(self, x, h):
        r, z = torch.sigmoid(self.gates(torch.cat([x, h], 1))).chunk(2, 1)
        n = torch.tanh(self.new(torch.cat([x, r * h], 1)))
        return (1 - z) * h + z * n


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = Cell(2, 3), nn.Linear(3, 4)

    def forward(self, x):
        h, outputs = x.new_zeros(x.size(0), 3, *x.shape[3:]), []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            outputs.append(h)
        output = torch.stack(outputs, 1)
        return self.fc(output[:, -1].mean((2, 3)))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 2, 4, 5),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
