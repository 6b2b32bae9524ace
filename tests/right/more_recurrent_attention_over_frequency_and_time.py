import torch
import torch.nn as nn


class Model(nn.Module):
    """Axial attention of a spectrogram, and a GRU over what is left of the time."""

    def __init__(self, d=8):
        super().__init__()
        self.into = nn.Conv2d(1, d, 3, padding=1)
        self.f, self.t = nn.MultiheadAttention(d, 2, batch_first=True), nn.MultiheadAttention(d, 2, batch_first=True)
        self.rnn, self.out = nn.GRU(d, 6, batch_first=True), nn.Linear(6, 2)

    def forward(self, spectrum):
        x = self.into(spectrum.unsqueeze(1)).permute(0, 2, 3, 1)
        b, t, f, d = x.shape
        y = x.reshape(b * t, f, d)
        x = x + self.f(y, y, y)[0].view(b, t, f, d)
        z = x.transpose(1, 2).reshape(b * f, t, d)
        x = x + self.t(z, z, z)[0].view(b, f, t, d).transpose(1, 2)
        _, h = self.rnn(x.mean(2))
        return self.out(h[-1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(3, 7, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "frequency"),)
