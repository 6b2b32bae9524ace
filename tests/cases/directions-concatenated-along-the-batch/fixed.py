import torch
import torch.nn as nn


class Matcher(nn.Module):
    def __init__(self, features=6, hidden=7):
        super().__init__()
        self.rnn = nn.GRU(features, hidden, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden, 3)

    def forward(self, x):
        _, h = self.rnn(x)
        both = torch.cat((h[-2], h[-1]), dim=1)
        return self.fc(both)


def make_model():
    torch.manual_seed(29)
    return Matcher()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
