import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.read, self.write, self.fc = nn.LSTMCell(4, 8), nn.LSTMCell(3, 8), nn.Linear(8, 3)

    def forward(self, x):
        state = None
        for step in x.unbind(1):
            state = self.read(step, state)
        h, c = state
        y, outputs = x.new_zeros(x.size(0), 3), []
        for _ in range(5):
            h, c = self.write(y, (h, c))
            y = self.fc(h)
            outputs.append(y)
        return torch.stack(outputs, 1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
