
import torch
import torch.nn as nn


class Attention(nn.Module):
    def __init__(self, fd, sd):
        super().__init__()
        self.fd, self.sd = fd, sd
        self.weight = nn.Parameter(torch.randn(fd, 1)); self.b = nn.Parameter(torch.zeros(sd))

    def forward(self, x):
        e = torch.mm(x.contiguous().view(-1, self.fd), self.weight).view(-1, self.sd)
        a = torch.exp(torch.tanh(e + self.b))
        a = a / torch.sum(a, 1, keepdim=True) + 1e-10
        return torch.sum(x * torch.unsqueeze(a, -1), 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.ed = nn.Dropout2d(0.1)
        self.lstm = nn.LSTM(6, 3, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(6, 3, bidirectional=True, batch_first=True)
        self.la, self.ga = Attention(6, 6), Attention(6, 6)
        self.out = nn.Linear(24 + 6, 1)

    def forward(self, x):
        e = torch.squeeze(self.ed(torch.unsqueeze(self.embedding(x), 0)))
        l, _ = self.lstm(e)
        g, hh = self.gru(l)
        hh = hh.permute((1, 0, 2)).reshape(x.size(0), -1)
        return self.out(torch.cat((hh, self.la(l), self.ga(g), torch.mean(g, 1), torch.max(g, 1)[0]), 1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randint(0, 20, (6, 6)),)


INPUT_AXES = (("batch","seq"),)


def make_target():
    torch.manual_seed(2)
    return torch.rand(6, 1)


TARGET_AXES = ("batch", None)


def loss_fn(o, t):
    return nn.BCEWithLogitsLoss()(o, t)
