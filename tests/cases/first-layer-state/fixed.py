import torch
import torch.nn as nn


class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 8, num_layers=3, batch_first=True)
        self.fc = nn.Sequential(nn.ReLU(), nn.Linear(8, 3))

    def forward(self, x):
        _, hn = self.gru(x)
        hn = hn[-1]
        return self.fc(hn)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Stacked()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
