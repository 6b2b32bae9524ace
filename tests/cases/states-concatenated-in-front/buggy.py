import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.GRUCell(4, 8), nn.Linear(8, 3)

    def forward(self, x):
        h = x.new_zeros(x.size(0), 8)
        seen = x.new_zeros(0, x.size(0), 8)
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            seen = torch.cat([h[None], seen])
        return self.fc(seen[-1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
