import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.fuse = nn.LSTM(3 * d, d, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * d, 2)

    def forward(self, doc, question):
        D, Q = self.rnn(doc)[0].transpose(1, 2), torch.tanh(self.rnn(question)[0]).transpose(1, 2)
        L = torch.bmm(D.transpose(1, 2), Q)
        AQ, AD = F.softmax(L, dim=1), F.softmax(L.transpose(1, 2), dim=1)
        CQ = torch.bmm(D, AQ)
        CD = torch.bmm(torch.cat((Q, CQ), 1), AD)
        u, _ = self.fuse(torch.cat((CD, D), 1).transpose(1, 2))
        return self.out(u)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g), torch.randn(6, 5, 4, generator=g))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
