
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, H=6, V=10, L=5):
        super().__init__()
        self.H, self.L = H, L
        self.e1, self.e2 = nn.Embedding(V, H), nn.Embedding(V, H)
        self.g1, self.g2 = nn.GRU(H, H), nn.GRU(H, H)
        self.attn, self.comb, self.out = nn.Linear(2 * H, L), nn.Linear(2 * H, H), nn.Linear(H, V)

    def forward(self, src, tgt):
        h = torch.zeros(1, 1, self.H)
        enc = torch.zeros(self.L, self.H)
        for ei in range(src.size(0)):
            o, h = self.g1(self.e1(src[ei]).view(1, 1, -1), h)
            enc[ei] = o[0, 0]
        inp = torch.tensor([[0]])
        loss = 0
        for di in range(tgt.size(0)):
            e = F.dropout(self.e2(inp).view(1, 1, -1), 0.1)
            w = F.softmax(self.attn(torch.cat((e[0], h[0]), 1)), dim=1)
            ctx = torch.bmm(w.unsqueeze(0), enc.unsqueeze(0))
            o = F.relu(self.comb(torch.cat((e[0], ctx[0]), 1)).unsqueeze(0))
            o, h = self.g2(o, h)
            o = F.log_softmax(self.out(o[0]), dim=1)
            loss = loss + F.nll_loss(o, tgt[di])
            topv, topi = o.topk(1)
            inp = topi.squeeze().detach()
        return loss


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(0, 10, (5, 1)), torch.randint(0, 10, (4, 1))


INPUT_AXES = (("seq","batch"),("seq","batch"))
