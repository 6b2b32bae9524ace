import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=6, heads=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.place = nn.Embedding(40, d)
        self.attention = nn.MultiheadAttention(d, heads, batch_first=True)
        self.score = nn.Linear(d, 1)
        self.out = nn.Linear(d, 2)

    def forward(self, words):
        x = self.embed(words) + self.place(torch.arange(words.size(1)))
        h, _ = self.rnn(x)
        pad = words.eq(0)
        y, _ = self.attention(h, h, h, key_padding_mask=pad)
        e = self.score(y).squeeze(-1).masked_fill(pad, -1e9)
        return self.out((e.softmax(1).unsqueeze(1) @ y).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([6, 4, 6, 6, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 6), generator=g)
    return (words.masked_fill(torch.arange(6) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
