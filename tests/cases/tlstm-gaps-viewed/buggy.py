import math

import torch
import torch.nn as nn


class TLSTM(nn.Module):
    def __init__(self, n_in=6, hid=11):
        super().__init__()
        self.hid = hid
        self.cell = nn.LSTMCell(n_in, hid)
        self.decomp = nn.Linear(hid, hid)
        self.fc = nn.Linear(hid, 2)

    def forward(self, x, gaps):
        b, seq, _ = x.size()
        gaps = gaps.view(seq, b, 1)
        h = torch.zeros(b, self.hid); c = torch.zeros(b, self.hid)
        if torch.cuda.is_available() and x.is_cuda:
            h, c = h.cuda(), c.cuda()
        for t in range(seq):
            cs = torch.tanh(self.decomp(c))
            decay = 1 / torch.log(math.e + gaps[t])
            c = c - cs + cs * decay
            h, c = self.cell(x[:, t], (h, c))
        return self.fc(h)


def make_model():
    torch.manual_seed(0)
    return TLSTM()


def make_inputs():
    return torch.randn(5, 9, 6), torch.rand(5, 9) * 10


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
