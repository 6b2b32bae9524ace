import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, dim=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, dim)
        self.attention = nn.MultiheadAttention(dim, 2)
        self.out = nn.Linear(dim, 2)

    def forward(self, words):
        words = words.t()
        h, _ = self.rnn(self.embed(words))
        y, _ = self.attention(h, h, h, key_padding_mask=(words == 0))
        return self.out(y[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([6, 4, 5, 6, 2, 5])[:batch]
    words = torch.randint(1, 30, (batch, batch), generator=g)
    return (words.masked_fill(torch.arange(batch) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
