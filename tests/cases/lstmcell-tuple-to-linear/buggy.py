import torch
import torch.nn as nn


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(5, 9)
        self.fc = nn.Linear(9, 2)

    def forward(self, x):
        state = None
        ys = []
        for t in range(x.size(0)):
            state = self.cell(x[t], state)
            ys.append(self.fc(state))
        return torch.stack(ys)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Step()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
