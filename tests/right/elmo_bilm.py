import torch
import torch.nn as nn
import torch.nn.functional as F


class BiLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 6)
        self.f, self.b = nn.LSTM(6, 8, batch_first=True), nn.LSTM(6, 8, batch_first=True)
        self.out = nn.Linear(8, 30)

    def forward(self, x):
        e = self.emb(x)
        f = self.out(self.f(e)[0][:, :-1])
        b = self.out(self.b(e.flip(1))[0].flip(1)[:, 1:])
        return F.cross_entropy(f.reshape(-1, 30), x[:, 1:].reshape(-1)) + F.cross_entropy(b.reshape(-1, 30), x[:, :-1].reshape(-1))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return BiLM()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 6, 9),)


INPUT_AXES = (("batch", "seq"),)
