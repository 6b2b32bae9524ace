import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.LSTMCell(4, 8), nn.Linear(8, 3)

    def forward(self, x):
        state, states = None, []
        for t in range(x.size(0)):
            state = self.cell(x[t], state)
            states.insert(0, state[0])
        return self.fc(torch.stack(states)[-1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4),)


INPUT_AXES = (("seq", "batch", "feature"),)
