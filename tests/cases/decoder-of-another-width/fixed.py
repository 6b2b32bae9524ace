import torch
import torch.nn as nn


class Paraphraser(nn.Module):
    def __init__(self, vocab=46, emb=8, hidden=10):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.encoder = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.decoder = nn.GRU(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, source, target):
        _, h = self.encoder(self.embed(source))
        joined = torch.cat([h[0], h[1]], dim=1).unsqueeze(0)
        y, _ = self.decoder(self.embed(target), torch.tanh(self.bridge(joined)))
        return self.out(y)


def make_model():
    torch.manual_seed(77)
    return Paraphraser()


def make_inputs(batch=4, seq=9):
    return torch.randint(0, 46, (batch, seq)), torch.randint(0, 46, (batch, 6))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
