import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Each step sees itself and two steps on either side, of keys that were unfolded."""

    def __init__(self, d=8, reach=2):
        super().__init__()
        self.rnn, self.reach = nn.GRU(5, d, batch_first=True), reach
        self.q, self.k, self.v, self.out = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, 3)

    def windows(self, x):
        return F.pad(x, (0, 0, self.reach, self.reach)).unfold(1, 2 * self.reach + 1, 1)

    def forward(self, x):
        y, _ = self.rnn(x)
        q, k, v = self.q(y), self.windows(self.k(y)), self.windows(self.v(y))
        scores = (q.unsqueeze(-1) * k).sum(2)
        return self.out((scores.softmax(-1).unsqueeze(2) * v).sum(-1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 8, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
