import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=15, d=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.q = nn.Linear(d, d)
        self.sentinel = nn.Parameter(torch.randn(d))
        self.out = nn.Linear(d, vocab)

    def forward(self, words):
        h, (h_n, _) = self.rnn(self.embed(words))
        q = torch.tanh(self.q(h_n[-1]))
        z = torch.einsum("btd,bd->bt", h, q)
        a = torch.cat([z, (q @ self.sentinel).unsqueeze(1)], 1).softmax(1)
        pointed = torch.zeros(words.size(0), self.out.out_features).scatter_add(1, words, a[:, :-1])
        return torch.log(a[:, -1:] * self.out(h_n[-1]).softmax(-1) + pointed + 1e-8)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 15, (5, 7), generator=g),)


INPUT_AXES = (("batch", "seq"),)
