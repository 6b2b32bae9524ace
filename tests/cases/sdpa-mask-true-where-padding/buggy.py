import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, vocab=30, dim=16, heads=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.heads = heads
        self.out = nn.Linear(dim, 3)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        b, t, d = h.shape
        q, k, v = self.qkv(h).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        pad = words == 0
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=pad[:, None, None, :])
        return self.out(y.transpose(1, 2).reshape(b, t, d).mean(1))


def make_model():
    torch.manual_seed(0)
    return Block()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return (words.masked_fill(torch.arange(seq) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
