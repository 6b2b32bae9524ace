
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(15, 4); self.bn = nn.BatchNorm1d(4)
        self.l1 = nn.LSTM(4, 2, batch_first=True, bidirectional=True); self.l2 = nn.LSTM(16, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Sequential(nn.BatchNorm1d(16), nn.Linear(16, 4), nn.ELU(), nn.BatchNorm1d(4), nn.Dropout(.2), nn.Linear(4, 2))

    def pool(self, x):
        p1 = F.avg_pool1d(x.transpose(1, 2), x.size(1)).squeeze(-1)
        p2 = F.max_pool1d(x.transpose(1, 2), x.size(1)).squeeze(-1)
        return torch.cat([p1, p2], 1)

    def forward(self, a, b):
        m1, m2 = a.eq(0), b.eq(0)
        x1 = self.bn(self.emb(a).transpose(1, 2).contiguous()).transpose(1, 2)
        x2 = self.bn(self.emb(b).transpose(1, 2).contiguous()).transpose(1, 2)
        o1, _ = self.l1(x1); o2, _ = self.l1(x2)
        att = torch.matmul(o1, o2.transpose(1, 2))
        k1 = m1.float().masked_fill_(m1, float("-inf")); k2 = m2.float().masked_fill_(m2, float("-inf"))
        w1 = F.softmax(att + k2.unsqueeze(1), dim=-1)
        w2 = F.softmax(att.transpose(1, 2) + k1.unsqueeze(1), dim=-1)
        y1, y2 = torch.matmul(w1, o2), torch.matmul(w2, o1)
        c1 = torch.cat([o1, y1, o1 * y1, o1 - y1], -1); c2 = torch.cat([o2, y2, o2 * y2, o2 - y2], -1)
        z1, _ = self.l2(c1); z2, _ = self.l2(c2)
        return self.fc(torch.cat([self.pool(z1), self.pool(z2)], -1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(1, 15, (4, 4)), torch.randint(1, 15, (4, 4))


INPUT_AXES = (("batch","seq"),("batch","seq"))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 2, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
