import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, 2)

    def forward(self, words, lengths):
        h, _ = self.rnn(self.embed(words))
        real = torch.arange(words.size(1)) < lengths.unsqueeze(1)
        bias = torch.zeros(words.shape).masked_fill(~real, float("-inf")).unsqueeze(1)
        return self.out(F.scaled_dot_product_attention(h, h, h, attn_mask=bias)[:, 0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return words.masked_fill(torch.arange(seq) >= lengths[:, None], 0), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
