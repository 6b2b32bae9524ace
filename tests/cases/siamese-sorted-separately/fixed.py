import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class NLI(nn.Module):
    def __init__(self, vocab=60, h=8):
        super().__init__()
        self.emb = nn.Embedding(vocab, 7, padding_idx=0)
        self.rnn = nn.LSTM(7, h, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(4 * h, 10), nn.ReLU(), nn.Linear(10, 3))

    def encode(self, s, n):
        n, order = n.sort(descending=True)
        p = pack_padded_sequence(self.emb(s[order]), n, batch_first=True)
        _, (h, _) = self.rnn(p)
        out = torch.zeros_like(h[-1])
        out[order] = h[-1]
        return out

    def forward(self, s1, n1, s2, n2):
        u, v = self.encode(s1, n1), self.encode(s2, n2)
        return self.mlp(torch.cat([u, v, (u - v).abs(), u * v], dim=1))


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return NLI()


def make_inputs():
    G.manual_seed(1)
    return (tok(60, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]), tok(60, [7, 2, 5, 6, 3, 4], 7), torch.tensor([7, 2, 5, 6, 3, 4]))


INPUT_AXES = (("batch", "seq"), ("batch",), ("batch", "seq2"), ("batch",))
