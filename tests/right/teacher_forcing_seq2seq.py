import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.rnn = nn.GRU(8, 9, bidirectional=True)
        self.fc = nn.Linear(18, 9)

    def forward(self, src, n):
        p = pack_padded_sequence(self.embedding(src), n, enforce_sorted=False)
        o, h = self.rnn(p)
        o, _ = pad_packed_sequence(o)
        return o, torch.tanh(self.fc(torch.cat((h[-2], h[-1]), dim=1)))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn, self.v = nn.Linear(27, 9), nn.Linear(9, 1, bias=False)

    def forward(self, hidden, enc, mask):
        hidden = hidden.unsqueeze(1).repeat(1, enc.shape[0], 1)
        enc = enc.permute(1, 0, 2)
        e = self.v(torch.tanh(self.attn(torch.cat((hidden, enc), dim=2)))).squeeze(2)
        return F.softmax(e.masked_fill(mask == 0, -1e10), dim=1)


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.attention = Encoder(), Attention()
        self.emb = nn.Embedding(25, 7)
        self.rnn = nn.GRU(18 + 7, 9)
        self.fc_out = nn.Linear(9 + 18 + 7, 25)

    def forward(self, src, src_len, trg, teacher_forcing_ratio=0.5):
        enc, hidden = self.encoder(src, src_len)
        mask = (src != 0).permute(1, 0)
        outputs = torch.zeros(trg.shape[0], trg.shape[1], 25)
        inp = trg[0, :]
        for t in range(1, trg.shape[0]):
            e = self.emb(inp.unsqueeze(0))
            a = self.attention(hidden, enc, mask).unsqueeze(1)
            w = torch.bmm(a, enc.permute(1, 0, 2)).permute(1, 0, 2)
            o, h = self.rnn(torch.cat((e, w), dim=2), hidden.unsqueeze(0))
            hidden = h.squeeze(0)
            outputs[t] = self.fc_out(torch.cat((o.squeeze(0), w.squeeze(0), e.squeeze(0)), dim=1))
            inp = trg[t] if random.random() < teacher_forcing_ratio else outputs[t].argmax(1)
        return outputs


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return Seq2Seq()


def make_inputs():
    G.manual_seed(1)
    return (tok(30, [4, 9, 6, 3, 8, 7], 9).t().contiguous(), torch.tensor([4, 9, 6, 3, 8, 7]), ids(25, 8, 6))


INPUT_AXES = (("seq", "batch"), ("batch",), ("steps", "batch"))


def make_target():
    G.manual_seed(2)
    return ids(25, 8, 6)


TARGET_AXES = ("steps", "batch")


def loss_fn(output, target):
    return F.cross_entropy(output[1:].view(-1, 25), target[1:].view(-1), ignore_index=0)
