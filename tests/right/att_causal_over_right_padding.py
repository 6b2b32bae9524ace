import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.attention = nn.MultiheadAttention(d, 2, batch_first=True)
        self.out = nn.Linear(d, vocab)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        t = words.size(1)
        mask = torch.full((t, t), float("-inf")).triu(1)
        y, _ = self.attention(h, h, h, attn_mask=mask, is_causal=True)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
