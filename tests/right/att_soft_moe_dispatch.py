import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, slots=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.phi = nn.Parameter(torch.randn(d, slots))
        self.experts = nn.ModuleList(nn.Linear(d, d) for _ in range(slots))
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        logits = torch.einsum("btd,ds->bts", h, self.phi)
        dispatch, combine = logits.softmax(dim=1), logits.softmax(dim=2)
        slots = torch.einsum("bts,btd->bsd", dispatch, h)
        slots = torch.stack([expert(slots[:, i]) for i, expert in enumerate(self.experts)], 1)
        return self.out(torch.einsum("bts,bsd->btd", combine, slots))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
