import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix, self.fc = nn.Linear(4 + 8, 8), nn.Linear(8, 3)

    def forward(self, x):
        h = x.new_zeros(x.size(0), 8)
        for t in range(x.size(1)):
            if t == 5:
                h = h.detach()
            h = torch.tanh(self.mix(torch.cat([x[:, t], h], 1)))
        return self.fc(h)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
