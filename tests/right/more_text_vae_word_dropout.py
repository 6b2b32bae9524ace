import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Words in are dropped at random, and shifted by one; the latent code stands beside each of them."""

    def __init__(self, vocab=20, d=8, z=4):
        super().__init__()
        self.embed, self.encoder = nn.Embedding(vocab, d), nn.GRU(d, d, batch_first=True, bidirectional=True)
        self.mean, self.log = nn.Linear(2 * d, z), nn.Linear(2 * d, z)
        self.first, self.decoder, self.out = nn.Linear(z, d), nn.GRU(d + z, d, batch_first=True), nn.Linear(d, vocab)

    def forward(self, words):
        _, h = self.encoder(self.embed(words))
        h = torch.cat([h[0], h[1]], -1)
        mean, log = self.mean(h), self.log(h)
        z = mean + torch.randn_like(mean) * torch.exp(log / 2)
        given = F.pad(words, (1, 0), value=1)[:, :-1]
        given = torch.where(torch.rand(given.shape) < 0.2, torch.full_like(given, 2), given)
        x = torch.cat([self.embed(given), z.unsqueeze(1).expand(-1, words.size(1), -1)], -1)
        y, _ = self.decoder(x, torch.tanh(self.first(z)).unsqueeze(0))
        divergence = -0.5 * (1 + log - mean.pow(2) - log.exp()).sum(1).mean()
        return F.cross_entropy(self.out(y).transpose(1, 2), words) + divergence


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(3, 20, (5, 7), generator=g),)


INPUT_AXES = (("batch", "seq"),)
