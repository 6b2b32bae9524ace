import torch
import torch.nn as nn


class PBLSTM(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.rnn = nn.LSTM(2 * i, h, batch_first=True, bidirectional=True)

    def forward(self, x):
        b, t, f = x.shape
        if t % 2:
            x = x[:, :-1]
        x = x.contiguous().view(b, t // 2, 2 * f)
        return self.rnn(x)[0]


class Listener(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2, self.l3 = PBLSTM(5, 4), PBLSTM(8, 4), PBLSTM(8, 6)
        self.out = nn.Linear(12, 7)

    def forward(self, x):
        return self.out(self.l3(self.l2(self.l1(x))))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Listener()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 18, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
