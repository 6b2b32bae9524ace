import torch
import torch.nn as nn


class EegPool(nn.Module):
    def __init__(self, channels=5, hidden=8):
        super().__init__()
        self.rnn = nn.GRU(channels, hidden, batch_first=True, bidirectional=True)
        self.score = nn.Conv1d(2 * hidden, 1, 1)
        self.out = nn.Linear(2 * hidden, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        h = h.permute(0, 2, 1)
        w = torch.softmax(self.score(h), 1)
        return self.out(torch.bmm(h, w.permute(0, 2, 1)).squeeze(2))


def make_model():
    torch.manual_seed(0)
    return EegPool()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
