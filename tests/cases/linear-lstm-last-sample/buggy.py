import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, n=6):
        super().__init__()
        self.x2g, self.h2g, self.fc = nn.Linear(n, 4 * n), nn.Linear(n, 4 * n), nn.Linear(n, 3)

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), 6)
        outputs = []
        for step in x.unbind(1):
            i, f, g, o = (self.x2g(step) + self.h2g(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return self.fc(torch.stack(outputs, 1)[-1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
