import torch
import torch.nn as nn


class Summarizer(nn.Module):
    def __init__(self, vocab=65, emb=9, hidden=8, layers=2):
        super().__init__()
        self.layers = layers
        self.embed = nn.Embedding(vocab, emb)
        self.encoder = nn.GRU(emb, hidden, layers, bidirectional=True, batch_first=True)
        self.decoder = nn.GRU(emb, 2 * hidden, layers, batch_first=True)
        self.out = nn.Linear(2 * hidden, vocab)

    def forward(self, article, summary):
        _, h = self.encoder(self.embed(article))
        h = torch.cat([h[0::2], h[1::2]], dim=2)
        y, _ = self.decoder(self.embed(summary), h)
        return self.out(y)


def make_model():
    torch.manual_seed(27)
    return Summarizer()


def make_inputs(batch=5, seq=11):
    return torch.randint(0, 65, (batch, seq)), torch.randint(0, 65, (batch, 4))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
