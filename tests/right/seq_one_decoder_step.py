import torch
import torch.nn as nn


class Step(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 6)
        self.rnn = nn.LSTM(6, 8, 2, batch_first=True)
        self.out = nn.Linear(8, 30)

    def forward(self, tok, h, c):
        e = self.emb(tok).view(tok.size(0), 1, -1)
        o, (h, c) = self.rnn(e, (h, c))
        return self.out(o.squeeze(1)).log_softmax(1), h, c


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return Step()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 6, 1), rn(2, 6, 8), rn(2, 6, 8))


INPUT_AXES = (("batch", "seq"), ("layers", "batch", "hidden"), ("layers", "batch", "hidden"))
