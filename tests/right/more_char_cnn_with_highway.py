import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Words from their letters by convolutions of three widths, a highway, and a bidirectional tagger."""

    def __init__(self, letters=20, tags=4):
        super().__init__()
        self.embed = nn.Embedding(letters, 5, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(5, 4, k, padding=k // 2) for k in (1, 3, 5))
        self.gate, self.way = nn.Linear(12, 12), nn.Linear(12, 12)
        self.rnn, self.out = nn.LSTM(12, 7, bidirectional=True), nn.Linear(14, tags)

    def forward(self, words):
        t, b, n = words.shape
        x = self.embed(words.view(t * b, n)).transpose(1, 2)
        x = torch.cat([F.relu(conv(x)).max(2).values for conv in self.convs], 1)
        g = torch.sigmoid(self.gate(x))
        x = g * F.relu(self.way(x)) + (1 - g) * x
        return self.out(self.rnn(x.view(t, b, -1))[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(1, 20, (6, 4, 7), generator=g),)


INPUT_AXES = (("seq", "batch", "letter"),)
