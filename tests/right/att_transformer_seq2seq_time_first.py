import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.LSTM(d, d)
        self.transformer = nn.Transformer(d, 2, 1, 1, 24)
        self.out = nn.Linear(d, vocab)
        self.register_buffer("pe", torch.randn(50, 1, d))

    def forward(self, words):
        pad, source = words == 0, words.t()
        x, _ = self.rnn(self.embed(source) + self.pe[: source.size(0)])
        target = self.embed(source[:4]) + self.pe[:4]
        mask = self.transformer.generate_square_subsequent_mask(4)
        y = self.transformer(x, target, tgt_mask=mask, src_key_padding_mask=pad, memory_key_padding_mask=pad)
        return self.out(y).transpose(0, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
