
import torch
import torch.nn as nn
import torch.nn.functional as F


class DKT(nn.Module):
    def __init__(self, skills=9, hid=12):
        super().__init__()
        self.skills = skills
        self.emb = nn.Embedding(2 * skills, 8)
        self.rnn = nn.GRU(8, hid)
        self.out = nn.Linear(hid, skills)

    def forward(self, q, r, qn):
        x = self.emb(q + self.skills * r).transpose(0, 1)
        y, _ = self.rnn(x)
        y = torch.sigmoid(self.out(y))
        p = (y * F.one_hot(qn.t(), self.skills).float()).sum(-1)
        return p


def make_model():
    torch.manual_seed(0)
    return DKT()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 9, (5, 8), generator=g), torch.randint(0, 2, (5, 8), generator=g), torch.randint(0, 9, (5, 8), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "seq"), ("batch", "seq"))


def make_target():
    t = torch.randint(0, 2, (5, 8), generator=torch.Generator().manual_seed(2))
    for i, n in enumerate([8, 7, 5, 4, 2]):
        t[i, n:] = -1
    return t


TARGET_AXES = ("batch", "seq")


def loss_fn(pred, target):
    mask = target.ge(0)
    filtered_pred = torch.masked_select(pred, mask.t())
    filtered_target = torch.masked_select(target, mask)
    return F.binary_cross_entropy(filtered_pred, filtered_target.float())
