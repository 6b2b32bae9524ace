import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12, heads=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.heads = heads
        self.out = nn.Linear(d, 2)

    def fold(self, z):
        return z.view(z.size(0), z.size(1), self.heads, -1).permute(0, 2, 1, 3).flatten(0, 1)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        q, k, v = map(self.fold, self.qkv(h).chunk(3, -1))
        mask = (words == 0)[:, None].expand(-1, self.heads, -1).flatten(0, 1)[:, None]
        w = torch.baddbmm(torch.zeros(()), q, k.transpose(1, 2), alpha=0.5).masked_fill(mask, -1e4).softmax(-1)
        y = (w @ v).view(len(words), self.heads, words.size(1), -1).transpose(1, 2).flatten(2)
        return self.out(y[:, 0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
