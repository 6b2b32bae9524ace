import torch
import torch.nn as nn
import torch.nn.functional as F


class Sorter(nn.Module):
    def __init__(self, features=3, hidden=10, picks=4):
        super().__init__()
        self.encoder = nn.LSTM(features, hidden, batch_first=True)
        self.cell = nn.LSTMCell(hidden, hidden)
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.picks = picks

    def forward(self, x):
        memory, (h, c) = self.encoder(x)
        h, c, keys, scores = h[0], c[0], self.key(memory), []
        glimpse = memory.mean(1)
        for _ in range(self.picks):
            h, c = self.cell(glimpse, (h, c))
            scores.append(torch.bmm(keys, h.unsqueeze(2)).squeeze(2))
            glimpse = torch.bmm(scores[-1].softmax(1).unsqueeze(1), memory).squeeze(1)
        return torch.stack(scores)


def make_model():
    torch.manual_seed(96)
    return Sorter()


def make_inputs(batch=5, seq=7):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=5, seq=7):
    return torch.randint(0, seq, (batch, 4))


TARGET_AXES = ("batch", "pick")


def loss_fn(output, target):
    return F.cross_entropy(output.flatten(0, 1), target.flatten())
