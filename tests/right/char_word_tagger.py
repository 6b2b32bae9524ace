import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class CW(nn.Module):
    def __init__(self):
        super().__init__()
        self.we, self.ce = nn.Embedding(40, 9), nn.Embedding(30, 4, padding_idx=0)
        self.cl = nn.LSTM(4, 5, bidirectional=True, batch_first=True)
        self.l = nn.LSTM(19, 8, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(16, 5)

    def forward(self, w, ch, wl, cl):
        B, W, C = ch.shape
        p = pack_padded_sequence(self.ce(ch.view(B * W, C)), cl.reshape(-1).clamp(min=1), batch_first=True, enforce_sorted=False)
        _, (h, _) = self.cl(p)
        c = h.permute(1, 0, 2).reshape(B, W, -1)
        x = torch.cat([self.we(w), c], 2)
        p = pack_padded_sequence(x, wl, batch_first=True, enforce_sorted=False)
        o, _ = pad_packed_sequence(self.l(p)[0], batch_first=True)
        return self.fc(o)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return CW()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), ids(30, 6, 9, 7), torch.tensor([4, 9, 6, 3, 8, 7]), torch.randint(1, 8, (6, 9), generator=G))


INPUT_AXES = (("batch", "seq"), ("batch", "seq", "char"), ("batch",), ("batch", "seq"))


def make_target():
    G.manual_seed(2)
    return tok(5, [4, 9, 6, 3, 8, 7], 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    m = target != 0
    return F.cross_entropy(output[m], target[m])
