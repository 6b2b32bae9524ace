import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.past, self.future = (nn.MultiheadAttention(d, 2, batch_first=True) for _ in range(2))
        self.out = nn.Linear(2 * d, f)

    def forward(self, x):
        h, _ = self.rnn(x)
        t = x.size(1)
        causal = nn.Transformer.generate_square_subsequent_mask(t)
        a, _ = self.past(h, h, h, attn_mask=causal)
        b, _ = self.future(h, h, h, attn_mask=causal.t())
        return self.out(torch.cat([a, b], -1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
