import torch
import torch.nn as nn


class Model(nn.Module):
    """Students' exercises: a static key table, a value table for each student, read and written step by step."""

    def __init__(self, skills=12, slots=4, d=6):
        super().__init__()
        self.ask, self.did = nn.Embedding(skills, d), nn.Embedding(2 * skills, d)
        self.keys, self.first = nn.Parameter(torch.randn(slots, d)), nn.Parameter(torch.randn(slots, d))
        self.erase, self.add = nn.Linear(d, d), nn.Linear(d, d)
        self.rnn, self.out = nn.LSTM(2 * d, d, batch_first=True), nn.Linear(d, 1)

    def forward(self, q, qa):
        memory = self.first.expand(q.size(0), -1, -1)
        w = (self.ask(q) @ self.keys.t()).softmax(-1)
        read = []
        for t in range(q.size(1)):
            wt, v = w[:, t].unsqueeze(2), self.did(qa[:, t])
            read.append((wt * memory).sum(1))
            memory = memory * (1 - wt * torch.sigmoid(self.erase(v)).unsqueeze(1)) + wt * torch.tanh(self.add(v)).unsqueeze(1)
        y, _ = self.rnn(torch.cat([torch.stack(read, 1), self.ask(q)], -1))
        return self.out(y).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 12, (4, 7), generator=g), torch.randint(0, 24, (4, 7), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
