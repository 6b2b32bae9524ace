import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.q, self.k, self.v = (nn.Conv1d(d, d, 1) for _ in range(3))
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h = self.rnn(x)[0].transpose(1, 2)
        q = F.softmax(self.q(h), dim=1)
        k = F.softmax(self.k(h), dim=2)
        context = k @ self.v(h).transpose(1, 2)
        y = context.transpose(1, 2) @ q
        return self.out(y.transpose(1, 2) + h.transpose(1, 2))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
