import torch
import torch.nn as nn


class Model(nn.Module):
    """Pairs of a passage and a question, time first; a cell reads the passage beside its attention."""

    def __init__(self, f=4, d=6):
        super().__init__()
        self.rnn = nn.GRU(f, d)
        self.wp, self.wq, self.wv = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.score, self.gate = nn.Linear(d, 1), nn.Linear(2 * d, 2 * d)
        self.cell = nn.GRUCell(2 * d, d)

    def forward(self, passage, question):
        p, _ = self.rnn(passage)
        q, _ = self.rnn(question)
        h, out = p.new_zeros(p.size(1), p.size(2)), []
        for step in p:
            s = self.score(torch.tanh(self.wq(q) + self.wp(step) + self.wv(h)))
            c = (s.softmax(0) * q).sum(0)
            both = torch.cat([step, c], 1)
            h = self.cell(both * torch.sigmoid(self.gate(both)), h)
            out.append(h)
        v = torch.stack(out)
        s = torch.einsum("tbd,sbd->bts", v, v).softmax(-1)
        return torch.einsum("bts,sbd->tbd", s, v)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(7, 5, 4, generator=g), torch.randn(3, 5, 4, generator=g)


INPUT_AXES = (("seq", "batch", "feature"), ("words", "batch", "feature"))
