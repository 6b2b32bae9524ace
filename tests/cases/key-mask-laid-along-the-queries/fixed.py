import torch
import torch.nn as nn


class Attn(nn.Module):
    def __init__(self, vocab=30, dim=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.q, self.k = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.out = nn.Linear(dim, 3)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        scores = self.q(h) @ self.k(h).transpose(-1, -2)
        mask = (words == 0).unsqueeze(1)
        weights = scores.masked_fill(mask, -1e9).softmax(-1)
        return self.out((weights @ h)[:, 0])


def make_model():
    torch.manual_seed(0)
    return Attn()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return (words.masked_fill(torch.arange(seq) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
