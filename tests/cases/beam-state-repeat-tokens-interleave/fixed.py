
import torch
import torch.nn as nn
import torch.nn.functional as F


class BeamDecoder(nn.Module):
    def __init__(self, V=20, H=12, K=3):
        super().__init__()
        self.K = K
        self.emb = nn.Embedding(V, 8)
        self.enc = nn.GRU(8, H, batch_first=True)
        self.dec = nn.GRU(8, H, batch_first=True)
        self.out = nn.Linear(H, V)

    def forward(self, src):
        B, K = src.size(0), self.K
        _, h = self.enc(self.emb(src))
        logp = F.log_softmax(self.out(h[-1]), -1)
        scores, tok = logp.topk(K, dim=-1)
        tok = tok.view(B * K, 1)
        h = h.repeat_interleave(K, dim=1)
        o, h = self.dec(self.emb(tok), h)
        logp = F.log_softmax(self.out(o.squeeze(1)), -1).view(B, K, -1)
        total = (scores.unsqueeze(2) + logp).view(B, -1)
        return total.topk(K, dim=-1)[0]


def make_model():
    torch.manual_seed(0)
    return BeamDecoder()


def make_inputs():
    return (torch.randint(0, 20, (5, 9)),)


INPUT_AXES = (("batch", "seq"),)
