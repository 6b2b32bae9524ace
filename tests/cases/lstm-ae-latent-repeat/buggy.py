import torch
import torch.nn as nn


class RecurrentAE(nn.Module):
    def __init__(self, seq_len=9, n_features=3, embedding_dim=8):
        super().__init__()
        self.seq_len = seq_len
        self.enc = nn.LSTM(n_features, embedding_dim, batch_first=True)
        self.dec = nn.LSTM(embedding_dim, embedding_dim, batch_first=True)
        self.output_layer = nn.Linear(embedding_dim, n_features)

    def forward(self, x):
        _, (z, _) = self.enc(x)
        z = z.squeeze(0)
        z = z.repeat(self.seq_len, 1)
        z = z.reshape(x.size(0), self.seq_len, -1)
        y, _ = self.dec(z)
        return self.output_layer(y)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return RecurrentAE()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
