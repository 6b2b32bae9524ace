import torch
import torch.nn as nn
import torch.nn.functional as F


class NMT(nn.Module):
    def __init__(self, sv=30, tv=25, h=10):
        super().__init__()
        self.se, self.te = nn.Embedding(sv, 6), nn.Embedding(tv, 6)
        self.enc, self.dec = nn.GRU(6, h), nn.GRU(6, h)
        self.out = nn.Linear(h, tv)
        self.tv = tv

    def forward(self, src, trg):
        _, hidden = self.enc(self.se(src.t()))
        T, B = trg.size(1), trg.size(0)
        outputs = torch.zeros(T, B, self.tv)
        inp = trg[:, 0]
        for t in range(1, T):
            o, hidden = self.dec(self.te(inp).unsqueeze(0), hidden)
            outputs[t] = self.out(o.squeeze(0))
            inp = trg[:, t]
        return outputs


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return NMT()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 6, 9), ids(25, 6, 8))


INPUT_AXES = (("batch", "seq"), ("batch", "steps"))


def make_target():
    G.manual_seed(2)
    return ids(25, 6, 8)


TARGET_AXES = ("batch", "steps")


def loss_fn(output, target):
    output = output[1:].view(-1, output.shape[-1])
    trg = target[:, 1:].reshape(-1)
    return F.cross_entropy(output, trg)
