import torch
import torch.nn as nn


class CRF(nn.Module):
    def __init__(self, k=5):
        super().__init__()
        self.emb = nn.Embedding(40, 6)
        self.rnn = nn.LSTM(6, 7, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(14, k)
        self.trans = nn.Parameter(torch.randn(k, k))

    def forward(self, x, tags):
        e = self.fc(self.rnn(self.emb(x))[0]).transpose(0, 1)
        y = tags.t()
        alpha = e[0]
        gold = e[0].gather(1, y[0].unsqueeze(1)).squeeze(1)
        for t in range(1, e.size(0)):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + self.trans.unsqueeze(0) + e[t].unsqueeze(1), dim=1)
            gold = gold + self.trans[y[t - 1], y[t]] + e[t].gather(1, y[t].unsqueeze(1)).squeeze(1)
        return (torch.logsumexp(alpha, 1) - gold).mean()


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CRF()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 9), ids(5, 6, 9))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
