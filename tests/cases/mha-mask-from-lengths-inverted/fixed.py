import torch
import torch.nn as nn


class Ranker(nn.Module):
    def __init__(self, vocab=30, dim=16):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.LSTM(dim, dim)
        self.attention = nn.MultiheadAttention(dim, 2)
        self.out = nn.Linear(dim, 1)

    def forward(self, words, lengths):
        h, _ = self.rnn(self.embed(words.t()))
        valid = torch.arange(words.size(1), device=words.device)[None, :] < lengths[:, None]
        y, _ = self.attention(h[:1], h, h, key_padding_mask=~valid)
        return self.out(y[0])


def make_model():
    torch.manual_seed(0)
    return Ranker()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return words.masked_fill(torch.arange(seq) >= lengths[:, None], 0), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
