
import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self, vocab=40, emb=9, hid=12, layers=3):
        super().__init__()
        self.layers = layers
        self.emb = nn.Embedding(vocab, emb)
        self.rnn = nn.GRU(emb, hid, layers, bidirectional=True)

    def fix_enc_hidden(self, h):
        return torch.cat([h[0:h.size(0):2], h[1:h.size(0):2]], 2)

    def forward(self, src):
        out, h = self.rnn(self.emb(src))
        return out, self.fix_enc_hidden(h)


class NMT(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = nn.GRU(9, 24, 3)
        self.demb = nn.Embedding(40, 9)
        self.gen = nn.Linear(24, 40)

    def forward(self, src, tgt):
        memory, h = self.encoder(src)
        out, _ = self.decoder(self.demb(tgt[:-1]), h)
        return F.log_softmax(self.gen(out), dim=-1)


def make_model():
    torch.manual_seed(0)
    return NMT()


def make_inputs():
    return torch.randint(0, 40, (8, 5)), torch.randint(0, 40, (7, 5))


INPUT_AXES = (("seq", "batch"), ("seq", "batch"))
