import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, n=6):
        super().__init__()
        self.encode, self.decode = nn.GRU(n, n, bidirectional=True), nn.GRU(n, n)
        self.keys, self.fc = nn.Linear(2 * n, n), nn.Linear(2 * n, 3)

    def forward(self, x, y):
        states, h_n = self.encode(x)
        output, _ = self.decode(y, h_n[-1:])
        keys = self.keys(states).transpose(0, 1)
        output = output.transpose(0, 1)
        context = torch.softmax(output @ keys.transpose(1, 2), -1) @ keys
        return self.fc(torch.cat([output, context], -1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6), torch.randn(6, 6, 6))


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
