import torch
import torch.nn as nn


class StatefulForecaster(nn.Module):
    def __init__(self, features=4, hidden=7, batch_size=8):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.out = nn.Linear(hidden, features)
        self.state = torch.zeros(1, batch_size, hidden)

    def forward(self, x):
        y, state = self.gru(x, self.state[:, : x.size(0)].contiguous())
        self.state = state.detach()
        return self.out(y)


def make_model():
    torch.manual_seed(76)
    return StatefulForecaster()


def make_inputs(batch=5, seq=6):
    return (torch.randn(batch, seq, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
