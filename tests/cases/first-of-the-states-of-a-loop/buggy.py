import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.RNNCell(6, 6), nn.Linear(6, 3)

    def forward(self, x):
        h = torch.zeros(x.size(0), 6)
        states = []
        for step in torch.unbind(x, dim=1):
            h = self.cell(step, h)
            states.append(h)
        return self.fc(torch.stack(states)[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
