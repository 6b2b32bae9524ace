import torch
import torch.nn as nn


class Forecaster(nn.Module):
    def __init__(self, variables=5, width=16, horizon=3):
        super().__init__()
        self.lstm = nn.LSTM(variables, width, batch_first=True)
        self.attend = nn.MultiheadAttention(width, 4)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, horizon)

    def forward(self, window):
        h, _ = self.lstm(window)
        a, _ = self.attend(h, h, h, need_weights=False)
        return self.head(self.norm(h + a)[:, -1])


def make_model():
    torch.manual_seed(7)
    return Forecaster()


def make_inputs(batch=6, seq=11):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "variable"),)


def make_target(batch=6, seq=11):
    return torch.randn(batch, 3)


TARGET_AXES = ("batch", "horizon")
loss_fn = nn.L1Loss()
