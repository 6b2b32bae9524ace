
import torch
import torch.nn as nn
import torch.nn.functional as F


class Chat(nn.Module):
    def __init__(self, V=25, H=12):
        super().__init__()
        self.embedding = nn.Embedding(V, H)
        self.encoder = nn.GRU(H, H, bidirectional=True)
        self.decoder = nn.GRU(H, H)
        self.out = nn.Linear(H, V)

    def maskNLLLoss(self, inp, target, mask):
        nTotal = mask.sum()
        crossEntropy = -torch.log(torch.gather(inp, 1, target.view(-1, 1)))
        loss = crossEntropy.masked_select(mask).mean()
        return loss, nTotal.item()

    def forward(self, src, tgt, mask):
        _, h = self.encoder(self.embedding(src))
        h = h[:1]  + h[1:]
        inp = torch.LongTensor([[1 for _ in range(src.size(1))]])
        loss = 0
        print_losses = []
        for t in range(tgt.size(0)):
            o, h = self.decoder(self.embedding(inp), h)
            p = F.softmax(self.out(o.squeeze(0)), dim=1)
            l, n = self.maskNLLLoss(p, tgt[t], mask[t])
            loss = loss + l
            print_losses.append(l.item() * n)
            inp = tgt[t].view(1, -1)
        return loss


def make_model():
    torch.manual_seed(0)
    return Chat()


def make_inputs():
    m = torch.ones(6, 5).bool(); m[4:, 3:] = False
    return torch.randint(2, 25, (8, 5)), torch.randint(2, 25, (6, 5)), m


INPUT_AXES = (("seq", "batch"), ("seq", "batch"), ("seq", "batch"))
