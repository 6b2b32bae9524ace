
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=12, H=4):
        super().__init__()
        self.emb, self.gru = nn.Embedding(n, H, padding_idx=0), nn.GRU(H, H); self.a1, self.a2, self.v = (nn.Linear(H, k, bias=False) for k in (H, H, 1))
        self.b = nn.Linear(H, 2 * H, bias=False); self.n = n

    def forward(self, seq, lengths):
        hidden = torch.zeros((1, seq.size(1), 4))
        p = nn.utils.rnn.pack_padded_sequence(F.dropout(self.emb(seq), .25), lengths)
        g, hidden = self.gru(p, hidden)
        g, lengths = nn.utils.rnn.pad_packed_sequence(g)
        ht = hidden[-1]
        g = g.permute(1, 0, 2)
        cg = ht
        q1 = self.a1(g.contiguous().view(-1, 4)).view(g.size()); q2 = self.a2(ht)
        mask = torch.where(seq.permute(1, 0) > 0, torch.tensor([1.]), torch.tensor([0.]))
        q2m = mask.unsqueeze(2).expand_as(q1) * q2.unsqueeze(1).expand_as(q1)
        alpha = self.v(torch.sigmoid(q1 + q2m).view(-1, 4)).view(mask.size())
        cl = torch.sum(alpha.unsqueeze(2).expand_as(g) * g, 1)
        c = F.dropout(torch.cat([cl, cg], 1), .5)
        items = self.emb(torch.arange(self.n))
        return torch.matmul(c, self.b(items).permute(1, 0))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.tensor([[3, 4, 5, 6], [7, 8, 9, 1], [2, 3, 4, 0], [5, 0, 0, 0]]), torch.tensor([4, 3, 3, 2])


INPUT_AXES = (("seq","batch"),("batch",))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 12, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
