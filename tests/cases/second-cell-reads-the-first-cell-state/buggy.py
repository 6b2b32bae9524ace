import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.fc = nn.LSTMCell(6, 6), nn.LSTMCell(6, 6), nn.Linear(6, 3)

    def forward(self, x):
        a = b = None
        for t in range(x.size(1)):
            a = self.first(x[:, t], a)
            b = self.second(a[1], b)
        return self.fc(b[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
