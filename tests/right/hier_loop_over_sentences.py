import torch
import torch.nn as nn


class HAN2(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 6)
        self.w, self.s = nn.GRU(6, 7), nn.GRU(7, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, docs):
        vecs = []
        for sent in docs.permute(1, 2, 0):
            o, h = self.w(self.emb(sent))
            vecs.append(h)
        o, h = self.s(torch.cat(vecs, 0))
        return self.fc(h[0])


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return HAN2()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 5, 9),)


INPUT_AXES = (("batch", "sentence", "word"),)
