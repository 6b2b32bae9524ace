import torch
import torch.nn as nn
import torch.nn.functional as F


class KP(nn.Module):
    def __init__(self):
        super().__init__()
        self.se, self.te = nn.Embedding(30, 8, padding_idx=0), nn.Embedding(25, 8)
        self.enc, self.dec = nn.GRU(8, 4, bidirectional=True), nn.GRU(8, 8)
        self.mha = nn.MultiheadAttention(8, 2)
        self.out = nn.Linear(16, 25)

    def forward(self, s, t):
        e, h = self.enc(self.se(s.t()))
        d, _ = self.dec(self.te(t.t()), torch.cat([h[0], h[1]], 1)[None])
        a, _ = self.mha(d, e, e, key_padding_mask=s == 0)
        return self.out(torch.cat([d, a], -1)).permute(1, 2, 0)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return KP()


def make_inputs():
    G.manual_seed(1)
    return (tok(30, [4, 9, 6, 3, 8, 7], 9), ids(25, 6, 7))


INPUT_AXES = (("batch", "seq"), ("batch", "steps"))


def make_target():
    G.manual_seed(2)
    return ids(25, 6, 7)


TARGET_AXES = ("batch", "steps")


def loss_fn(output, target):
    return F.cross_entropy(output, target)
