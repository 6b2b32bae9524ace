import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.rnn = nn.GRU(7, 6, bidirectional=True, batch_first=True)
        self.w = nn.Parameter(torch.randn(12))
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        mask = x != 0
        lens = mask.sum(1)
        p = pack_padded_sequence(self.emb(x), lens, batch_first=True, enforce_sorted=False)
        o, _ = pad_packed_sequence(self.rnn(p)[0], batch_first=True)
        mask = mask[:, :o.size(1)]
        s = torch.tanh(o) @ self.w
        a = torch.softmax(s.masked_fill(~mask, -1e9), dim=1)
        return self.fc(torch.einsum("bt,bth->bh", a, o))


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return A()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 8, 6, 3, 8, 7], 9),)


INPUT_AXES = (("batch", "seq"),)
