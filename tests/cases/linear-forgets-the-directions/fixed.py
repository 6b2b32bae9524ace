import torch
import torch.nn as nn


class Tagger(nn.Module):
    def __init__(self, features=8, hidden=12, tags=5):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, bidirectional=True, batch_first=True)
        self.tag = nn.Linear(2 * hidden, tags)

    def forward(self, x):
        return self.tag(self.lstm(x)[0])


def make_model():
    torch.manual_seed(70)
    return Tagger()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)
