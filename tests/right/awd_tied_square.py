
import torch
import torch.nn as nn
import torch.nn.functional as F


class LockedDropout(nn.Module):
    def forward(self, x, p=0.4):
        if not self.training:
            return x
        m = x.data.new(1, x.size(1), x.size(2)).bernoulli_(1 - p)
        return m.div_(1 - p).expand_as(x) * x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(20, 6)
        self.lock = LockedDropout()
        self.rnns = nn.ModuleList([nn.LSTM(6, 6) for _ in range(3)])
        self.decoder = nn.Linear(6, 20)
        self.decoder.weight = self.encoder.weight
        self.hidden = None

    def forward(self, x):
        if self.hidden is None or self.hidden[0][0].size(1) != x.size(1):
            w = next(self.parameters()).data
            self.hidden = [(w.new_zeros(1, x.size(1), 6), w.new_zeros(1, x.size(1), 6)) for _ in self.rnns]
        raw = self.lock(self.encoder(x))
        new = []
        for l, r in enumerate(self.rnns):
            raw, h = r(raw, tuple(s.detach() for s in self.hidden[l]))
            new.append(h)
            raw = self.lock(raw)
        self.hidden = new
        res = self.decoder(raw.view(raw.size(0) * raw.size(1), raw.size(2)))
        return res.view(raw.size(0), raw.size(1), res.size(1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randint(0, 20, (6, 6)),)


INPUT_AXES = (("seq","batch"),)


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 20, (6, 6))


TARGET_AXES = ("seq", "batch")


def loss_fn(o, t):
    return F.cross_entropy(o.view(-1, 20), t.view(-1))
