import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


class PD(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 6, padding_idx=0)
        self.rnn = nn.LSTM(6, 8)
        self.fc = nn.Linear(8, 40)

    def forward(self, x, n):
        p = pack_padded_sequence(x, n, enforce_sorted=False)
        e = PackedSequence(self.emb(p.data), p.batch_sizes, p.sorted_indices, p.unsorted_indices)
        o, _ = self.rnn(e)
        tgt = pack_padded_sequence(x.roll(-1, 0), n, enforce_sorted=False)
        return F.cross_entropy(self.fc(o.data), tgt.data)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return PD()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9).t().contiguous(), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("seq", "batch"), ("batch",))
