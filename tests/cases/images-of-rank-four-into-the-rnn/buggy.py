import torch
import torch.nn as nn


class RowReader(nn.Module):
    def __init__(self, columns=10, hidden=12):
        super().__init__()
        self.lstm = nn.LSTM(columns, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 10)

    def forward(self, images):
        y, _ = self.lstm(images)
        return self.out(y[:, -1])


def make_model():
    torch.manual_seed(87)
    return RowReader()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, 1, seq, 10),)


INPUT_AXES = (("batch", "channel", "seq", "column"),)
