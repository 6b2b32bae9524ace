import torch
import torch.nn as nn


class DocNet(nn.Module):
    def __init__(self, vocab=40):
        super().__init__()
        self.emb = nn.Embedding(vocab, 6)
        self.word = nn.GRU(6, 7, batch_first=True)
        self.sent = nn.GRU(7, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, docs):
        B, S, W = docs.size()
        words = docs.permute(1, 0, 2).contiguous().view(S * B, W)
        _, h = self.word(self.emb(words))
        sents = h[-1].view(B, S, -1)
        _, d = self.sent(sents)
        return self.fc(d.squeeze(0))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DocNet()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 5, 9),)


INPUT_AXES = (("batch", "sentence", "word"),)
