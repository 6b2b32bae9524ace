import torch
import torch.nn as nn
import torch.nn.functional as F


class TextVAE(nn.Module):
    def __init__(self, vocab=50, emb=8, hidden=12, latent=5, layers=2):
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.emb = nn.Embedding(vocab, emb)
        self.enc = nn.GRU(emb, hidden, batch_first=True)
        self.mu, self.logvar = nn.Linear(hidden, latent), nn.Linear(hidden, latent)
        self.expand = nn.Linear(latent, layers * hidden)
        self.dec = nn.GRU(emb, hidden, layers, batch_first=True)
        self.vocab = nn.Linear(hidden, vocab)

    def forward(self, ids):
        x = self.emb(ids)
        _, last = self.enc(x)
        last = last.squeeze(0)
        mu, logvar = self.mu(last), self.logvar(last)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        start = torch.tanh(self.expand(z))
        start = start.view(ids.size(0), self.layers, self.hidden).transpose(0, 1).contiguous()
        y, _ = self.dec(x, start)
        return self.vocab(y), mu, logvar


def make_model():
    torch.manual_seed(9)
    return TextVAE()


def make_inputs(batch=7, seq=9):
    return (torch.randint(0, 50, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=7, seq=9):
    return torch.randint(0, 50, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    logits, mu, logvar = output
    kl = -0.5 * torch.mean(torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1))
    return F.cross_entropy(logits.transpose(1, 2), target) + 0.1 * kl
