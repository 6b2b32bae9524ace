import torch
from torch import nn


class StrokeReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.LSTMCell(5, 12)
        self.high = nn.LSTMCell(12, 12)
        self.kind = nn.Linear(12, 4)

    def forward(self, strokes):
        low = high = (strokes.new_zeros(len(strokes), 12), strokes.new_zeros(len(strokes), 12))
        for place, _ in enumerate(strokes.unbind(1)):
            low = self.low(strokes[:, place], low)
            high = self.high(low[0], high)
        return self.kind(high[0])


def make_model():
    torch.manual_seed(0)
    return StrokeReader()


def make_inputs(batch=6, seq=11):
    return (torch.randn(batch, max(seq, batch), 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
