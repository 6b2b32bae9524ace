import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.attention = nn.MultiheadAttention(2 * d, 4, batch_first=True)
        self.out = nn.Linear(2 * d, 3)

    def forward(self, words, lengths):
        order = lengths.argsort(descending=True)
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words[order]), lengths[order], batch_first=True)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        h = h[order.argsort()]
        pad = h.abs().sum(-1) == 0
        y, _ = self.attention(h, h, h, key_padding_mask=pad)
        y = y.masked_fill(pad.unsqueeze(-1), 0).sum(1) / lengths.unsqueeze(1)
        return self.out(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0), lengths)


INPUT_AXES = (("batch", "seq"), ("batch",))
