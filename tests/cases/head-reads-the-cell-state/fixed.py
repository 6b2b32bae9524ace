import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.LSTMCell(4, 8), nn.Linear(8, 3)

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), 8)
        scores = []
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
            scores.append(self.fc(h))
        return torch.stack(scores, 1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
