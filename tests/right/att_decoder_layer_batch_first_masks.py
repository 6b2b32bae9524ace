import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=12, heads=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(d, heads, 24, batch_first=True), 2)
        self.heads = heads
        self.out = nn.Linear(d, vocab)

    def forward(self, words, lengths):
        pad = torch.arange(words.size(1))[None] >= lengths[:, None]
        memory, _ = self.rnn(self.embed(words))
        target = self.embed(words[:, :4])
        blocked = pad[:, None, :].expand(-1, 4, -1).repeat_interleave(self.heads, 0)
        causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
        y = self.decoder(target, memory, tgt_mask=causal, memory_mask=blocked, tgt_key_padding_mask=pad[:, :4])
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
