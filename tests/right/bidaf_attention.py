import torch
import torch.nn as nn
import torch.nn.functional as F


class Bi(nn.Module):
    def __init__(self, d=6):
        super().__init__()
        self.rnn = nn.LSTM(5, d, batch_first=True, bidirectional=True)
        self.w = nn.Linear(6 * d, 1)
        self.mod = nn.LSTM(8 * d, d, batch_first=True)
        self.start = nn.Linear(d, 1)

    def forward(self, c, q):
        C, Q = self.rnn(c)[0], self.rnn(q)[0]
        n, m = C.size(1), Q.size(1)
        Ce, Qe = C.unsqueeze(2).expand(-1, -1, m, -1), Q.unsqueeze(1).expand(-1, n, -1, -1)
        S = self.w(torch.cat([Ce, Qe, Ce * Qe], -1)).squeeze(-1)
        c2q = torch.bmm(S.softmax(2), Q)
        q2c = torch.bmm(S.max(2)[0].softmax(1).unsqueeze(1), C).expand(-1, n, -1)
        g = torch.cat([C, c2q, C * c2q, C * q2c], -1)
        return self.start(self.mod(g)[0]).squeeze(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Bi()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 7, 5))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "question", "feature"))


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 3, 8, 2, 5, 1])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
