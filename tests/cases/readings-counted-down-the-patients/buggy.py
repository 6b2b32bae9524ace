import torch
import torch.nn as nn


class LastReading(nn.Module):
    def __init__(self, sensors=3, units=10):
        super().__init__()
        self.rnn = nn.LSTM(sensors, units, batch_first=True)
        self.risk = nn.Linear(units, 2)

    def forward(self, readings, taken):
        output, _ = self.rnn(readings)
        last = taken.sum(dim=0).clamp(min=1) - 1
        return self.risk(output[torch.arange(len(output)), last])


def make_model():
    torch.manual_seed(0)
    return LastReading()


def make_inputs():
    torch.manual_seed(1)
    taken = torch.arange(7)[None] < torch.tensor([[7], [2], [5], [3], [6], [1], [4]])
    return torch.randn(7, 7, 3) * taken[..., None], taken.long()


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
