import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode, self.fc = nn.GRU(4, 8), nn.GRU(3, 8), nn.Linear(8, 3)

    def forward(self, x, y):
        output, _ = self.encode(x)
        h = output.mean(1, keepdim=True)[-1:].repeat(1, y.size(1), 1)
        return self.fc(self.decode(y, h)[0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4), torch.randn(7, 6, 3))


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
