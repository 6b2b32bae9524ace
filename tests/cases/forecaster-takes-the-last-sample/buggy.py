import torch
import torch.nn as nn


class LoadForecaster(nn.Module):
    def __init__(self, features=4, hidden=12):
        super().__init__()
        self.rnn = nn.RNN(features, hidden, nonlinearity="relu", batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, series):
        out, _ = self.rnn(series)
        return self.fc(out[-1])


def make_model():
    torch.manual_seed(22)
    return LoadForecaster()


def make_inputs(batch=6, seq=10):
    return (torch.randn(batch, seq, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
