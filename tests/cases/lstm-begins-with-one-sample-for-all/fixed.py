import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.LSTM(4, 8, num_layers=2, batch_first=True), nn.LSTM(3, 8, num_layers=2, batch_first=True)

    def forward(self, x, y):
        _, state = self.encode(x)
        return self.decode(y, state)[0]


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4), torch.randn(6, 7, 3))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
