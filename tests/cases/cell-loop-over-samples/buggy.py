import torch
import torch.nn as nn


class CellLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(5, 9)
        self.fc = nn.Linear(9, 2)

    def forward(self, x):
        state, outs = None, []
        for step in x:
            state = self.cell(step, state)
            outs.append(self.fc(state[0]))
        return torch.stack(outs)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CellLoop()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
