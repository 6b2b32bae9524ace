import torch
import torch.nn as nn


class ReviewRater(nn.Module):
    def __init__(self, emb=8, hidden=10, layers=2):
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.lstm = nn.LSTM(emb, hidden, layers, bidirectional=True)
        self.rate = nn.Linear(2 * hidden, 5)

    def forward(self, words):
        _, (h, _) = self.lstm(words)
        h = h.view(self.layers, 2, -1, self.hidden)[-1]
        return self.rate(h.permute(1, 0, 2).flatten(1))


def make_model():
    torch.manual_seed(26)
    return ReviewRater()


def make_inputs(batch=5, seq=7):
    return (torch.randn(seq, batch, 8),)


INPUT_AXES = (("seq", "batch", "feature"),)
