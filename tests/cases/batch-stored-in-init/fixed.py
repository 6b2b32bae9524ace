import torch
import torch.nn as nn


class StoredState(nn.Module):
    def __init__(self, batch=16):
        super().__init__()
        self.gru = nn.GRU(5, 9, 2)
        self.fc = nn.Linear(9, 3)
        self.batch = batch

    def forward(self, x):
        hidden = torch.zeros(2, x.size(1), 9)
        out, hidden = self.gru(x, hidden)
        return self.fc(out[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return StoredState()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
