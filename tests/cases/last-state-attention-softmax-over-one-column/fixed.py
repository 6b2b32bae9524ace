import torch
import torch.nn as nn
import torch.nn.functional as F


class Reader(nn.Module):
    def __init__(self, features=4, hidden=12):
        super().__init__()
        self.rnn = nn.LSTM(features, hidden, batch_first=True)
        self.out = nn.Linear(2 * hidden, 3)

    def forward(self, x):
        states, (last, _) = self.rnn(x)
        scores = torch.bmm(states, last[-1].unsqueeze(2))
        weights = F.softmax(scores, dim=1)
        context = torch.bmm(weights.transpose(1, 2), states).squeeze(1)
        return self.out(torch.cat([context, last[-1]], dim=1))


def make_model():
    torch.manual_seed(0)
    return Reader()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
