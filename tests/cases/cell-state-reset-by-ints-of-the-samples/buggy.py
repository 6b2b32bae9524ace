import torch
import torch.nn as nn


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.LSTMCell(3, 8), nn.Linear(8, 2)

    def forward(self, seen, done):
        h, c = seen.new_zeros(seen.size(0), 8), seen.new_zeros(seen.size(0), 8)
        values = []
        for t in range(seen.size(1)):
            h, c = self.cell(seen[:, t], (h, c))
            values.append(self.fc(h))
            h, c = h.clone(), c.clone()
            for state in (h, c):
                state[done[:, t], :] = 0.0
        return torch.stack(values, 1)


def make_model():
    torch.manual_seed(0)
    return Agent()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(6, 6, 3), (torch.rand(6, 6) < 0.4).long()


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
