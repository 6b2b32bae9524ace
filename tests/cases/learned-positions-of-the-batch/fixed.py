import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, dim=12, longest=40):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.position = nn.Embedding(longest, dim)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.attention = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.out = nn.Linear(dim, 2)

    def forward(self, words):
        places = torch.arange(words.size(1), device=words.device)
        x = self.embed(words) + self.position(places).unsqueeze(0)
        h, _ = self.rnn(x)
        padding = words == 0
        y, _ = self.attention(h, h, h, key_padding_mask=padding)
        return self.out(y[:, 0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return (words.masked_fill(torch.arange(seq) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
