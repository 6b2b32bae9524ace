import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode, self.fc = nn.RNN(4, 8), nn.RNN(8, 8), nn.Linear(8, 4)

    def forward(self, x):
        code = self.encode(x)[0][-1:]
        return self.fc(self.decode(code.repeat(x.size(0), 1, 1))[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
