import torch
import torch.nn as nn


class Copying(nn.Module):
    def __init__(self, vocab=7, d=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.reader = nn.GRU(d, d)
        self.writer = nn.GRU(d, d)
        self.own, self.gate = nn.Linear(2 * d, vocab), nn.Linear(2 * d, 1)

    def forward(self, text, summary):
        memory, h = self.reader(self.embed(text))
        state, _ = self.writer(self.embed(summary), h)
        weights = torch.einsum("sbd,tbd->tbs", memory, state).softmax(-1)
        both = torch.cat([state, torch.einsum("tbs,sbd->tbd", weights, memory)], -1)
        gate = self.gate(both).sigmoid()
        words = gate * self.own(both).softmax(-1)
        where = text.t().expand(len(summary), -1, -1)
        copied = torch.zeros_like(words).scatter_(-1, where, (1 - gate) * weights)
        return torch.log(words + copied + 1e-9)


def make_model():
    torch.manual_seed(0)
    return Copying()


def make_inputs(batch=4, seq=11):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 7, (seq, batch), generator=g), torch.randint(0, 7, (5, batch), generator=g)


INPUT_AXES = (("seq", "batch"), ("step", "batch"))
