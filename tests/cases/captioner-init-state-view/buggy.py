import torch
import torch.nn as nn


class Captioner(nn.Module):
    def __init__(self, vocab=30, layers=2, hidden=9):
        super().__init__()
        self.L, self.H = layers, hidden
        self.img = nn.Linear(16, layers * hidden)
        self.emb = nn.Embedding(vocab, 8)
        self.lstm = nn.LSTM(8, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def forward(self, feats, caption):
        s = torch.tanh(self.img(feats))
        h0 = s.view(self.L, -1, self.H)
        c0 = torch.zeros_like(h0)
        out, _ = self.lstm(self.emb(caption), (h0, c0))
        return self.fc(out)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Captioner()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 16), ids(30, 6, 9))


INPUT_AXES = (("batch", "feature"), ("batch", "seq"))
