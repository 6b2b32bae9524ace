import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, slots=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.mu = nn.Parameter(torch.randn(1, slots, d))
        self.q, self.k, self.v = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.cell = nn.GRUCell(d, d)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        k, v = self.k(h), self.v(h)
        slots = self.mu.expand(h.size(0), -1, -1)
        for _ in range(2):
            attn = torch.softmax(torch.einsum("bid,bjd->bij", self.q(slots), k), dim=1) + 1e-8
            attn = attn / attn.sum(dim=-1, keepdim=True)
            updates = torch.einsum("bjd,bij->bid", v, attn)
            slots = self.cell(updates.reshape(-1, updates.size(-1)), slots.reshape(-1, updates.size(-1))).view(updates.shape)
        return self.out(slots)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
