import torch
from torch import nn


class TwoReaders(nn.Module):
    def __init__(self, signals=5, units=12, classes=4):
        super().__init__()
        self.slow = nn.GRU(signals, units, batch_first=True)
        self.fast = nn.Conv1d(signals, units, 3, padding=1)
        self.choose = nn.Linear(signals, 2)
        self.upper = nn.LSTM(units, units, batch_first=True)
        self.head = nn.Linear(units, classes)

    def forward(self, x):
        slow, _ = self.slow(x)
        fast = self.fast(x.transpose(1, 2)).transpose(1, 2).relu()
        for_slow, for_fast = torch.softmax(self.choose(x), dim=1).unbind(-1)
        both = for_slow.unsqueeze(-1) * slow + fast * for_fast[..., None]
        steps, _ = self.upper(both)
        return self.head(steps)


def make_model():
    torch.manual_seed(0)
    return TwoReaders()


def make_inputs():
    return (torch.randn(3, 10, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = ("batch seq feature",)
