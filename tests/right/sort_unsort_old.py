import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class SortedEnc(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.lstm = nn.LSTM(7, 8, 2, bidirectional=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x, lens):
        lens, perm = lens.sort(descending=True)
        x = x[perm].t()
        out, (h, c) = self.lstm(pack_padded_sequence(self.emb(x), lens.tolist()))
        out, _ = pad_packed_sequence(out, padding_value=float("-inf"))
        inv = torch.empty_like(perm)
        inv[perm] = torch.arange(len(perm))
        h = h.view(2, 2, -1, 8)[-1]
        h = torch.cat((h[0], h[1]), 1)[inv]
        m = out.max(0)[0][inv]
        return self.fc(h) + self.fc(m)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return SortedEnc()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
