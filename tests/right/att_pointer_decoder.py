import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.encoder = nn.LSTM(f, d, batch_first=True)
        self.cell = nn.LSTMCell(d, d)
        self.start = nn.Parameter(torch.randn(d))
        self.w1, self.w2, self.v = nn.Linear(d, d, bias=False), nn.Linear(d, d, bias=False), nn.Linear(d, 1, bias=False)

    def forward(self, x):
        memory, (h, c) = self.encoder(x)
        h, c = h[-1], c[-1]
        step = self.start.expand(x.size(0), -1)
        taken = torch.zeros(x.shape[:2], dtype=torch.bool)
        pointers = []
        for _ in range(x.size(1)):
            h, c = self.cell(step, (h, c))
            scores = self.v(torch.tanh(self.w1(memory) + self.w2(h)[:, None])).squeeze(-1)
            scores = scores.masked_fill(taken, -1e9)
            pointers.append(F.log_softmax(scores, dim=1))
            best = scores.argmax(1)
            taken = taken.scatter(1, best[:, None], True)
            step = memory[torch.arange(x.size(0)), best]
        return torch.stack(pointers, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
