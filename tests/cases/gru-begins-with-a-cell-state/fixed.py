import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.LSTM(4, 8), nn.GRU(3, 8)

    def forward(self, x, y):
        _, (h, _) = self.encode(x)
        output, _ = self.decode(y, h)
        return output


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4), torch.randn(7, 6, 3))


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
