
import torch
import torch.nn as nn
import torch.nn.functional as F


class AUGRUCell(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.x2h, self.h2h = nn.Linear(n, 3 * h), nn.Linear(h, 3 * h)

    def forward(self, x, h, a):
        xr, xu, xn = self.x2h(x).chunk(3, 1); hr, hu, hn = self.h2h(h).chunk(3, 1)
        r, u = torch.sigmoid(xr + hr), torch.sigmoid(xu + hu)
        u = a.view(-1, 1) * u
        return (1. - u) * h + u * torch.tanh(xn + r * hn)


class Net(nn.Module):
    def __init__(self, n=20, d=5):
        super().__init__()
        self.e = nn.Embedding(n, d); self.gru = nn.GRU(d, d, batch_first=True); self.att = nn.Linear(4 * d, 1)
        self.cell = AUGRUCell(d, d); self.aux = nn.Sequential(nn.Linear(2 * d, 4), nn.Sigmoid(), nn.Linear(4, 1)); self.fc = nn.Linear(2 * d, 1)

    def forward(self, hist, neg, target, lens, y):
        x = self.e(hist); packed = nn.utils.rnn.pack_padded_sequence(x, lens, batch_first=True, enforce_sorted=False)
        p, _ = self.gru(packed)
        o, _ = nn.utils.rnn.pad_packed_sequence(p, batch_first=True, padding_value=0.0, total_length=hist.size(1))
        mask = torch.arange(hist.size(1))[None, :] < (lens - 1)[:, None]
        st = o[:, :-1]; ck, nk = x[:, 1:], self.e(neg)[:, 1:]
        m = mask[:, :-1].reshape(-1)
        cp = self.aux(torch.cat([st, ck], -1)).view(-1)[m]; np_ = self.aux(torch.cat([st, nk], -1)).view(-1)[m]
        aux = F.binary_cross_entropy_with_logits(torch.cat([cp, np_]), torch.cat([torch.ones_like(cp), torch.zeros_like(np_)]))
        t = self.e(target); tt = t.unsqueeze(1).expand(-1, o.size(1), -1)
        s = self.att(torch.cat([tt, o, tt - o, tt * o], -1)).squeeze(2)
        s = torch.where(torch.arange(o.size(1))[None] < lens[:, None], s, torch.full_like(s, -2 ** 32 + 1))
        s = F.softmax(s, 1)
        h = torch.zeros(x.size(0), 5)
        for i in range(o.size(1)):
            nh = self.cell(o[:, i], h, s[:, i])
            h = torch.where((i < lens).unsqueeze(1), nh, h)
        logit = self.fc(torch.cat([h, t], 1)).squeeze()
        return F.binary_cross_entropy_with_logits(logit, y) + aux


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(0, 20, (5, 5)), torch.randint(0, 20, (5, 5)), torch.randint(0, 20, (5,)), torch.tensor([5, 3, 4, 2, 5]), torch.rand(5)


INPUT_AXES = (("batch","seq"),("batch","seq"),("batch",),("batch",),("batch",))
