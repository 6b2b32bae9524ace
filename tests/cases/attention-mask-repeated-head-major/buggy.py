import torch
import torch.nn as nn


class Tagger(nn.Module):
    def __init__(self, vocab=30, dim=16, heads=4):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, dim // 2, batch_first=True, bidirectional=True)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.heads = heads
        self.out = nn.Linear(dim, 5)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        hidden = (words == 0)[:, None, :].expand(-1, words.size(1), -1)
        mask = hidden.repeat(self.heads, 1, 1)
        y, _ = self.attention(h, h, h, attn_mask=mask)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return (words.masked_fill(torch.arange(seq) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
