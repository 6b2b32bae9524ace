import torch
import torch.nn as nn


class Translator(nn.Module):
    def __init__(self, source=12, target=11, d=8):
        super().__init__()
        self.source, self.target = nn.Embedding(source, d), nn.Embedding(target, d)
        self.encoder, self.decoder = nn.GRU(d, d, batch_first=True), nn.GRU(d, d, batch_first=True)
        self.key, self.out = nn.Linear(d, d), nn.Linear(2 * d, target)

    def forward(self, source, target):
        keys, h = self.encoder(self.source(source))
        y, _ = self.decoder(self.target(target), h)
        weights = torch.einsum("bqd,bkd->bqk", y, self.key(keys)).softmax(2)
        read = torch.einsum("bqk,bqd->bkd", weights, keys)
        return self.out(torch.cat([y, read], 2))


def make_model():
    torch.manual_seed(0)
    return Translator()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 12, (batch, seq), generator=g), torch.randint(0, 11, (batch, seq), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "words"))
