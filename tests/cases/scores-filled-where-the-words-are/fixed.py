import torch
import torch.nn as nn


class Attn(nn.Module):
    def __init__(self, vocab=30, dim=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.score = nn.Linear(dim, 1)
        self.out = nn.Linear(dim, 3)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        real = words.ne(0)
        e = self.score(h).squeeze(-1).masked_fill(~real, -1e9)
        w = torch.softmax(e, dim=1)
        return self.out(torch.einsum("bt,btd->bd", w, h))


def make_model():
    torch.manual_seed(0)
    return Attn()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return (words.masked_fill(torch.arange(seq) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
