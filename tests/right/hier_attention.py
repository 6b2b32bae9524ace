import torch
import torch.nn as nn


class HAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 6)
        self.w, self.s = nn.GRU(6, 5, bidirectional=True, batch_first=True), nn.GRU(10, 5, bidirectional=True, batch_first=True)
        self.wa, self.sa = nn.Linear(10, 1), nn.Linear(10, 1)
        self.fc = nn.Linear(10, 3)

    @staticmethod
    def pool(h, a):
        return torch.bmm(torch.softmax(a(h), 1).transpose(1, 2), h).squeeze(1)

    def forward(self, docs):
        B, S, W = docs.shape
        h, _ = self.w(self.emb(docs.view(B * S, W)))
        s = self.pool(h, self.wa).view(B, S, -1)
        d, _ = self.s(s)
        return self.fc(self.pool(d, self.sa))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return HAN()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 5, 9),)


INPUT_AXES = (("batch", "sentence", "word"),)
