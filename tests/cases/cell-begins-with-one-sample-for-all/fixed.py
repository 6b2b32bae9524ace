import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, n=6):
        super().__init__()
        self.encode, self.cell, self.fc = nn.GRU(n, n, batch_first=True), nn.GRUCell(n, n), nn.Linear(n, 3)

    def forward(self, x, y):
        _, h = self.encode(x)
        h = h.squeeze(0)
        outputs = []
        for step in y.unbind(1):
            h = self.cell(step, h)
            outputs.append(self.fc(h))
        return torch.stack(outputs, 1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6), torch.randn(6, 6, 6))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
