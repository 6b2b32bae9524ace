import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """FNet in front of a GRU: the real part of a transform along features and steps."""

    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed, self.norm, self.up, self.down = nn.Embedding(vocab, d), nn.LayerNorm(d), nn.Linear(d, 16), nn.Linear(16, d)
        self.rnn, self.out = nn.GRU(d, d, batch_first=True), nn.Linear(d, 2)

    def forward(self, words):
        x = self.embed(words)
        x = self.norm(x + torch.fft.fft(torch.fft.fft(x, dim=-1), dim=1).real)
        x = x + self.down(F.gelu(self.up(x)))
        return self.out(self.rnn(x)[1][-1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 20, (4, 9), generator=g),)


INPUT_AXES = (("batch", "seq"),)
