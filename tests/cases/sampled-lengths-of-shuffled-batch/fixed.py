import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Negatives(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.gru = nn.GRU(7, 9, batch_first=True)

    def enc(self, x, n):
        p = pack_padded_sequence(self.emb(x), n, batch_first=True, enforce_sorted=False)
        return self.gru(p)[1][-1]

    def forward(self, q, nq, d, nd):
        roll = torch.arange(q.size(0)).roll(1)
        qe, pos = self.enc(q, nq), self.enc(d, nd)
        neg = self.enc(d[roll], nd[roll])
        return (qe * neg).sum(1), (qe * pos).sum(1)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return Negatives()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]), tok(40, [7, 2, 5, 6, 3, 4], 7), torch.tensor([7, 2, 5, 6, 3, 4]))


INPUT_AXES = (("batch", "seq"), ("batch",), ("batch", "seq2"), ("batch",))
